"""Finding the policy for a domain, and the organizational domain that it belongs to.

There are two ways: by a list of public suffixes (RFC 7489, what Exim's library does), and by asking the DNS for records on
the way from the domain up to the root (the tree walk of RFC 9989).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from exim_lang.dmarc.record import Record, parse_record, records_in
from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.world.dns import Txt

if TYPE_CHECKING:
    from collections.abc import Callable

    from exim_lang.expand.scope import Scope

MOST_LABELS = 8
"""Names with this many labels or more are not walked through label by label."""


class DnsDeferred(Exception):
    """The DNS cannot tell now."""


class Policy(NamedTuple):
    """The record that counts, the domain that it stands at, and the word in it that applies; no record: there is no policy."""

    record: Record | None
    domain: str
    word: str = ""


class Discovery(Protocol):
    """How policies and organizational domains are found; both raise DnsDeferred and ClosedWorld."""

    def policy(self, domain: str) -> Policy: ...

    def organizational(self, domain: str) -> str: ...


def record_at(scope: Scope, domain: str, *, newer: bool) -> Record | None:
    """The record that a domain publishes; where there are several, the first, or with `newer` (RFC 9989) none of them."""
    answer = dns_lookup(scope, b"_dmarc." + domain.encode("latin-1"), "TXT")
    if answer.status in ("again", "fail"):
        raise DnsDeferred(f"_dmarc.{domain}")
    found = records_in(b"".join(record.data.pieces) for record in answer.records if isinstance(record.data, Txt))
    if not found or (newer and len(found) > 1):
        return None
    return parse_record(found[0], lenient=newer)


class BySuffixList:
    """RFC 7489: the organizational domain is one label below a public suffix; `suffix_of` gives that of a domain."""

    def __init__(self, scope: Scope, suffix_of: Callable[[str], str]) -> None:
        self.scope = scope
        self.suffix_of = suffix_of

    def organizational(self, domain: str) -> str:
        suffix = self.suffix_of(domain)
        if not suffix or domain == suffix:
            return domain
        return f"{domain.removesuffix(f'.{suffix}').rpartition('.')[2]}.{suffix}"

    def policy(self, domain: str) -> Policy:
        record = record_at(self.scope, domain, newer=False)
        if record is not None:
            return Policy(record, domain, record.p)
        organization = self.organizational(domain)
        if organization != domain:
            record = record_at(self.scope, organization, newer=False)
        if record is None:
            return Policy(None, domain)
        return Policy(record, organization, record.sp or record.p)


class ByTreeWalk:
    """RFC 9989: records on the way up tell by `psd` where an organization begins; without, the highest one does."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.known: dict[str, list[tuple[str, Record]]] = {}

    def walk(self, domain: str) -> list[tuple[str, Record]]:
        """The domains with a record, from `domain` upwards, as far as the walk goes."""
        if domain in self.known:
            return self.known[domain]
        found: list[tuple[str, Record]] = []
        labels = domain.split(".")
        while labels:
            name = ".".join(labels)
            record = record_at(self.scope, name, newer=True)
            if record is not None:
                found.append((name, record))
                if record.psd != "u":
                    break
            labels = labels[1:] if len(labels) < MOST_LABELS else labels[1 - MOST_LABELS :]
        self.known[domain] = found
        return found

    def organizational(self, domain: str) -> str:
        found = self.walk(domain)
        for name, record in found:
            if record.psd == "n":
                return name
            if record.psd == "y" and name != domain:
                below = domain.removesuffix(f".{name}").rpartition(".")[2]
                return f"{below}.{name}"
        return found[-1][0] if found else domain

    def policy(self, domain: str) -> Policy:
        found = dict(self.walk(domain))
        if domain in found:
            return Policy(found[domain], domain, _applied(found[domain], found[domain].p))
        organization = self.organizational(domain)
        name = organization if organization in found else next((name for name, one in found.items() if one.psd == "y"), "")
        if not name:
            return Policy(None, domain)
        record = found[name]
        word = record.sp or record.p
        if record.np and dns_lookup(self.scope, domain.encode("latin-1"), "A").status == "nomatch":
            word = record.np
        return Policy(record, name, _applied(record, word))


def _applied(record: Record, word: str) -> str:
    """What a policy comes to while it is only tried out: one step less."""
    if record.t != "y":
        return word
    return {"reject": "quarantine", "quarantine": "none"}.get(word, word)
