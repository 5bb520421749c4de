"""Matching one string against one pattern: domains, local parts, host names (specification section 10.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.lists.interfaces import local_addresses
from exim_lang.lists.lookups import look_up_item
from exim_lang.lists.mx import matches_mx
from exim_lang.lists.options import primary_hostname
from exim_lang.lists.trouble import check_metadata, fatal
from exim_lang.records import dataclass
from exim_lang.syntax.list_items import ItemKind, Kind, classify_string
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


@dataclass(slots=True)
class StringCheck:
    """A domain, a local part or a host name that patterns are tried on.

    `subject` is in lower case where matching is caseless; `original` is not, and what regular expressions see. `before`
    are the numeric variables in front of those that a match sets: `()` when `$0` is the subject, None when a match sets
    none. `partial` allows partial lookups, `at_special` the items `@`, `@[]` and `@mx_...`. `value` is what the last
    match yields.
    """

    scope: Scope
    kind: Kind
    subject: bytes
    original: bytes
    caseless: bool = True
    before: tuple[bytes | None, ...] | None = ()
    partial: bool = True
    at_special: bool = False
    metadata: bool = False
    value: bytes | None = None

    @property
    def key(self) -> bytes:
        """What results are remembered by."""
        return self.subject

    def use_case(self) -> None:
        """`+caseful`: from here on the case of letters counts."""
        self.caseless = False
        self.subject = self.original

    def test(self, pattern: bytes) -> bool:
        """Whether the subject matches; sets `value` and the numeric variables. Raises ItemDeferred."""
        scope = self.scope
        self.value = None
        scope.numeric = ()
        kind = classify_string(pattern, at_special=self.at_special)
        if kind in (ItemKind.SELF, ItemKind.INTERFACES, ItemKind.MX) and self.metadata:
            check_metadata(scope, pattern)
        match kind:
            case ItemKind.REGEX:
                return self._regex(pattern)
            case ItemKind.ANY | ItemKind.TAIL:
                tail = pattern[1:]
                if not self._equal(self.subject[len(self.subject) - len(tail) :], tail):
                    return False
                return self._matched(pattern, (like(self.subject[: len(self.subject) - len(tail)], self.subject),))
            case ItemKind.SELF:
                name = primary_hostname(scope)
                return self._equal(self.subject, name) and self._matched(name)
            case ItemKind.INTERFACES:
                return self._is_interface() and self._matched(pattern)
            case ItemKind.MX:
                return matches_mx(scope, self.subject, pattern) and self._matched(pattern)
            case ItemKind.LOOKUP:
                found = look_up_item(scope, pattern, self.subject, partial=self.partial)
                return found is not None and self._matched(found.value, (found.numeric or ())[1:])
            case ItemKind.PLAIN | ItemKind.EMPTY:
                return self._equal(self.subject, pattern) and self._matched(pattern)
            case _:
                raise AssertionError(kind)

    def _equal(self, subject: bytes, pattern: bytes) -> bool:
        return subject.lower() == pattern.lower() if self.caseless else subject == pattern

    def _matched(self, value: bytes, numeric: tuple[bytes | None, ...] = (), zero: bytes | None = None) -> bool:
        self.value = value
        if self.before is not None:
            first = self.before or (self.subject if zero is None else zero,)
            self.scope.numeric = (*first, *numeric)
        return True

    def _regex(self, pattern: bytes) -> bool:
        try:
            compiled = regex.compile(pattern, caseless=self.caseless)
        except ExpansionError as error:
            # A list has its own words for the same trouble.
            shown = pattern.decode("latin-1")
            reason = error.message.removeprefix(f'regular expression error in "{shown}": ')
            raise fatal(self.scope, f"regular expression error: {reason} while compiling {shown}") from error
        found = compiled.search(self.original)
        return found is not None and self._matched(pattern, found.groups[1:], self.original)

    def _is_interface(self) -> bool:
        subject = self.subject
        # Exim looks for one of the brackets only, and compares what is between the first and the last character.
        if subject[:1] != b"[" and subject[-1:] != b"]":
            return False
        return subject[1:-1] in local_addresses(self.scope)
