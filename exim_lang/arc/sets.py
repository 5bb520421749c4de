"""The header lines of ARC in a message, put together by their instance (RFC 8617 section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from exim_lang.dkim.canon import wire_header
from exim_lang.dkim.verify import tags_of
from exim_lang.records import dataclass, field

if TYPE_CHECKING:
    from exim_lang.expand.state import Header

RESULTS: Final = b"arc-authentication-results"
SIGNATURE: Final = b"arc-message-signature"
SEAL: Final = b"arc-seal"
KINDS: Final = (RESULTS, SIGNATURE, SEAL)
"""In the order in which a seal covers them."""

MOST_INSTANCES: Final = 50
_INSTANCE: Final = re.compile(rb"[0-9]{1,9}")


class ArcError(Exception):
    """The header lines make no chain; the message is Exim's `$arc_state_reason`."""


@dataclass(slots=True)
class ArcSet:
    """What one hand added: its header lines as they were on the wire, by their names in lower case, and their tags."""

    instance: int
    lines: dict[bytes, tuple[bytes, bytes]] = field(default_factory=dict)
    tags: dict[bytes, dict[bytes, bytes]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        return len(self.lines) == len(KINDS)

    def tag(self, kind: bytes, name: bytes) -> bytes:
        """A tag of one of the lines; empty where line or tag is missing."""
        return self.tags.get(kind, {}).get(name, b"")


def collect_sets(headers: Iterable[Header]) -> dict[int, ArcSet]:
    """The sets of a message by instance; raises ArcError for lines that cannot be put together."""
    found: dict[int, ArcSet] = {}
    for header in headers:
        kind = header.name.lower()
        if header.kind == "*" or kind not in KINDS:
            continue
        tags = tags_of(header.value)
        number = tags.get(b"i", b"")
        if not _INSTANCE.fullmatch(number) or int(number) == 0:
            raise ArcError("collecting headers: instance find")
        if int(number) > MOST_INSTANCES:
            raise ArcError("collecting headers: overlarge instance number")
        one = found.setdefault(int(number), ArcSet(int(number)))
        if kind in one.lines:
            raise ArcError("collecting headers: dup hdr")
        one.lines[kind] = wire_header(header.text)
        one.tags[kind] = tags
    return found
