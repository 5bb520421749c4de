"""Matching an address against one pattern of an address list (specification section 10.20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.expand.string_list import split_list
from exim_lang.lists.result import ItemDeferred, ListDeferred
from exim_lang.lists.strings import StringCheck
from exim_lang.lists.trouble import fatal, log
from exim_lang.records import dataclass, field
from exim_lang.syntax.list_items import ItemKind, Kind, classify, negation, split_address_pattern
from exim_lang.taint import join, like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

LONGEST: Final = 16384
"""Bytes of an address that are looked at."""

LONGEST_CHAIN: Final = 50


@dataclass(slots=True)
class AddressCheck:
    """An address that patterns are tried on.

    The domain of `address` is in lower case, with `caseless` the local part as well; `original` is the address as it was
    given. `before`: None, or, for rewriting rules, the address as given, which is then `$0`.
    """

    scope: Scope
    address: bytes
    original: bytes
    caseless: bool = True
    before: tuple[bytes | None, ...] | None = None
    metadata: bool = False
    value: bytes | None = None
    kind: Kind = field(default="address", init=False)

    @property
    def key(self) -> bytes:
        """What results are remembered by."""
        return self.address

    def use_case(self) -> None:
        """`+caseful`: from here on the case of the local part counts."""
        self.caseless = False
        at = self.original.rfind(b"@")
        if at != -1:
            self.address = like(self.original[:at] + self.address[at:], self.original)

    def test(self, pattern: bytes) -> bool:
        """Whether the address matches; sets `value`, also where only the local part does. Raises ItemDeferred."""
        address = self.address
        at = address.rfind(b"@")
        if at == -1 and address:
            shown = address.decode("latin-1"), pattern.decode("latin-1")
            line = f'no @ found in the subject of an address list match: subject="{shown[0]}" pattern="{shown[1]}"'
            log(self.scope, line, panic=True)
            return False
        kind = classify("address", pattern)
        if kind is ItemKind.REGEX:
            return self._string(address, before=self.before).test(pattern)
        if kind is ItemKind.LOOKUP:
            return self._look_up(pattern)
        if not address:
            return not pattern
        local_part, domain = address[:at], address[at + 1 :]
        if kind is ItemKind.SPLIT_LOOKUP:
            return self._split_lookup(pattern, like(local_part, address), like(domain, address))
        value: bytes | None = None
        before = self.before
        wanted = pattern
        if kind is ItemKind.ADDRESS:
            wanted_local, wanted = split_address_pattern(pattern)
            tail = wanted_local[1:] if pattern[:1] == b"*" else None
            compared = local_part if tail is None else local_part[max(0, len(local_part) - len(tail)) :]
            if not self._equal(compared, wanted_local if tail is None else tail):
                return False
            if tail is not None and before is not None:
                before = (*before, like(local_part[: len(local_part) - len(tail)], address))
            # As long as the local part of the subject, so a pattern with an asterisk is cut off or runs on.
            value = like(pattern[: len(local_part)], pattern)
        return self._domain(like(domain, address), like(wanted, pattern), value, before)

    def _equal(self, subject: bytes, pattern: bytes) -> bool:
        return subject.lower() == pattern.lower() if self.caseless else subject == pattern

    def _string(self, subject: bytes, *, before: tuple[bytes | None, ...] | None = None) -> StringCheck:
        return StringCheck(
            self.scope,
            "string",
            like(subject.lower(), subject) if self.caseless else subject,
            subject,
            self.caseless,
            before=before,
        )

    def _look_up(self, pattern: bytes) -> bool:
        if pattern.startswith(b"partial-"):
            line = "partial matching is not applicable to whole-address lookups: ignored \"partial-\" in "
            log(self.scope, f'{line}"{pattern.decode("latin-1")}"', panic=True)
        check = self._string(self.address)
        check.partial = False
        matched = check.test(pattern)
        self.value = check.value
        return matched

    def _split_lookup(self, pattern: bytes, local_part: bytes, domain: bytes) -> bool:
        """`@@type;data`: the domain leads to a list of local parts, which may go on under another key."""
        if local_part == b"*":
            return False
        key = domain
        for link in range(LONGEST_CHAIN):
            search = self._string(key)
            if not search.test(pattern[2:]):
                return False
            items = search.value or b""
            last = items.rpartition(b":")[2]
            chained = last.lstrip()[:1] == b">"
            if chained:
                key = like(last.lstrip()[1:].lstrip(), items)
                items = like(items[: len(items) - len(last.lstrip())], items)
            for item in split_list(items):
                negated, wanted = negation(item)
                check = self._string(local_part)
                matched = check.test(like(wanted, item))
                self.value = check.value
                if matched:
                    return not negated
            if not chained:
                if link < LONGEST_CHAIN - 1:
                    return False
                break
        shown = self.address.decode("latin-1"), pattern.decode("latin-1")
        raise fatal(self.scope, f"Loop detected in lookup of local part of {shown[0]} in {shown[1]}")

    def _domain(self, domain: bytes, wanted: bytes, value: bytes | None, before: tuple[bytes | None, ...] | None) -> bool:
        """The domain is matched against a domain list of one item; `value` is what the local part yielded."""
        from exim_lang.lists.scan import Scan

        check = StringCheck(
            self.scope,
            "domain",
            like(domain.lower(), domain),
            domain,
            self.caseless,
            before=before,
            at_special=True,
            metadata=self.metadata,
        )
        scan = Scan(self.scope, check, "", None)
        try:
            matched = scan.over_expanded(wanted, single=True)
        except ListDeferred as error:
            raise ItemDeferred(error.message or None) from error
        found = value is not None or check.value is not None
        self.value = join([value or b"", b"@", check.value or b""]) if found else None
        return matched
