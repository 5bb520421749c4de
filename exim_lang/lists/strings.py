"""Matching one string against one pattern: domains, local parts, host names (specification section 10.9)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.lists.interfaces import local_addresses
from exim_lang.lists.lookups import look_up_item
from exim_lang.lists.mx import matches_mx
from exim_lang.lists.options import primary_hostname
from exim_lang.lists.trouble import check_metadata, fatal
from exim_lang.records import dataclass
from exim_lang.syntax.list_items import KEPT, ItemKind, Kind, classify_string
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
        self.value = None
        self.scope.numeric = ()
        return prepared(pattern, self.at_special)(self)

    def equal(self, subject: bytes, pattern: bytes) -> bool:
        return subject.lower() == pattern.lower() if self.caseless else subject == pattern

    def matched(self, value: bytes, numeric: tuple[bytes | None, ...] = (), zero: bytes | None = None) -> bool:
        self.value = value
        if self.before is not None:
            first = self.before or (self.subject if zero is None else zero,)
            self.scope.numeric = (*first, *numeric)
        return True

    def is_interface(self) -> bool:
        """Whether the subject is an address of this host in brackets."""
        subject = self.subject
        # Exim looks for one of the brackets only, and compares what is between the first and the last character.
        if subject[:1] != b"[" and subject[-1:] != b"]":
            return False
        return subject[1:-1] in local_addresses(self.scope)


@lru_cache(maxsize=KEPT, typed=True)
def prepared(pattern: bytes, at_special: bool) -> Callable[[StringCheck], bool]:
    """What tries a pattern on a subject: all that can be known of the pattern is found out once."""
    kind = classify_string(pattern, at_special=at_special)
    match kind:
        case ItemKind.REGEX:
            return _regex(pattern)
        case ItemKind.ANY | ItemKind.TAIL:
            return _tail(pattern)
        case ItemKind.LOOKUP:
            return lambda check: _look_up(check, pattern)
        case ItemKind.PLAIN | ItemKind.EMPTY:
            return lambda check: check.equal(check.subject, pattern) and check.matched(pattern)
        case ItemKind.SELF | ItemKind.INTERFACES | ItemKind.MX:
            return lambda check: _special(check, pattern, kind)
        case _:
            raise AssertionError(kind)


def _tail(pattern: bytes) -> Callable[[StringCheck], bool]:
    tail = pattern[1:]
    size = len(tail)

    def test(check: StringCheck) -> bool:
        subject = check.subject
        head = len(subject) - size
        return check.equal(subject[head:], tail) and check.matched(pattern, (like(subject[:head], subject),))

    return test


def _special(check: StringCheck, pattern: bytes, kind: ItemKind) -> bool:
    """`@`, `@[]`, `@mx_...`."""
    scope = check.scope
    if check.metadata:
        check_metadata(scope, pattern)
    match kind:
        case ItemKind.SELF:
            name = primary_hostname(scope)
            return check.equal(check.subject, name) and check.matched(name)
        case ItemKind.INTERFACES:
            return check.is_interface() and check.matched(pattern)
        case _:
            return matches_mx(scope, check.subject, pattern) and check.matched(pattern)


def _look_up(check: StringCheck, pattern: bytes) -> bool:
    found = look_up_item(check.scope, pattern, check.subject, partial=check.partial)
    return found is not None and check.matched(found.value, (found.numeric or ())[1:])


def _regex(pattern: bytes) -> Callable[[StringCheck], bool]:
    known: dict[bool, regex.Pattern] = {}

    def test(check: StringCheck) -> bool:
        compiled = known.get(check.caseless)
        if compiled is None:
            compiled = known[check.caseless] = _compiled(check, pattern)
        found = compiled.groups(check.original)
        return found is not None and check.matched(pattern, found[1:], check.original)

    return test


def _compiled(check: StringCheck, pattern: bytes) -> regex.Pattern:
    try:
        return regex.compile(pattern, caseless=check.caseless)
    except ExpansionError as error:
        # A list has its own words for the same trouble.
        shown = pattern.decode("latin-1")
        reason = error.message.removeprefix(f'regular expression error in "{shown}": ')
        raise fatal(check.scope, f"regular expression error: {reason} while compiling {shown}") from error
