"""What a list says of a subject, and how it can fail to say anything (specification chapter 10)."""

from __future__ import annotations

from typing import Final, TypeAlias

from exim_lang.errors import Deferred
from exim_lang.records import dataclass

SPOKEN: Final[dict[str, str]] = {
    "domain": "domain ",
    "host": "host ",
    "address": "address ",
    "localpart": "local part ",
    "string": "",
}
"""What Exim calls each kind in front of the word "list"."""


@dataclass(frozen=True, slots=True)
class Match:
    """The subject is in the list; `value` is what `$domain_data` and its kin become, None where there is none."""

    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a named list said of a subject."""

    matched: bool
    value: bytes | None


Cache: TypeAlias = dict[tuple[str, str, bytes], Remembered]
"""What named lists have said, by (kind, name, subject). Whoever owns it says how long it holds: a connection (hosts), a
message (senders), one recipient (domains, local parts)."""


class ListDeferred(Deferred):
    """A list that cannot decide now. What had to be logged is logged already.

    `message` is what Exim keeps to add to its own words (`unable to complete match against "...": message`), and empty
    for some of its errors; `reason` tells a person what went wrong.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message

    def __str__(self) -> str:
        return self.reason


class Unknown(Exception):
    """An item needs something about a host that cannot be found; `+ignore_unknown` and `+include_unknown` are about this."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class ItemDeferred(Exception):
    """One item cannot decide now; `search_message` is what a lookup said, if it was one."""

    def __init__(self, search_message: str | None = None) -> None:
        super().__init__(search_message)
        self.search_message = search_message
