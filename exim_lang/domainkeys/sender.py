"""Whose message it is: the address that DomainKeys works with (RFC 4870 section 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exim_lang.expand.addresses import Parsed, parse_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence


class Responsible(NamedTuple):
    """An address, and the header line that it came from: "from", "sender" or "none"."""

    address: bytes = b""
    local_part: bytes = b""
    domain: bytes = b""
    source: str = "none"


def responsible(headers: Sequence[bytes]) -> Responsible:
    """The first address of the `Sender:` line, without one that of the `From:` line; each header line with its newline."""
    for source in ("sender", "from"):
        start = source.encode() + b":"
        line = next((line for line in headers if line[: len(start)].lower() == start), None)
        if line is None:
            continue
        for parsed in parse_addresses(line[len(start) :]):
            if isinstance(parsed, Parsed) and parsed.domain:
                return Responsible(parsed.address, parsed.local_part, parsed.domain.lower(), source)
        break
    return Responsible()
