"""Sender Policy Framework: the check of RFC 7208 by pyspf, its DNS queries answered by the World."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.world.dns import Mx, Txt

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

MOST_VOID_LOOKUPS = 2
"""How many names may turn out not to exist (RFC 7208, section 4.6.4)."""


def check_spf(
    scope: Scope, address: bytes, sender: bytes, helo: bytes, most_void: int | None = MOST_VOID_LOOKUPS
) -> tuple[str, str]:
    """The result ("pass", "fail", "softfail", "neutral", "none", "permerror", "temperror") and its explanation.

    `address` is the client's; `sender` the address of MAIL, empty for a bounce, whose identity is then `helo`.
    `most_void` is the limit of lookups without an answer; libspf2, which Exim uses, has none. Raises ClosedWorld when
    nobody may answer a DNS query, ValueError when `address` is no IP address.
    """
    spf: Any = importlib.import_module("spf")
    query = spf.query(address.decode("ascii"), _text(sender), _text(helo))

    def ask(name: object, type: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        text = str(name).rstrip(".").lower()
        if not all(0 < len(label) < 64 for label in text.split(".")):
            return []
        answer = dns_lookup(scope, text.encode("utf-8", "surrogateescape"), type)
        if answer.status in ("again", "fail"):
            raise spf.TempError(f"DNS {text} {type}")
        if not answer.records and not ignore_void:
            query.void_lookups += 1
            if most_void is not None and query.void_lookups > most_void:
                raise spf.PermError(f"Void lookup limit of {most_void} exceeded")
        return [_value(record.data) for record in answer.records]

    query.dns = ask
    result, _, explanation = query.check()
    return str(result), str(explanation)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _value(data: object) -> object:
    """A record's data in the form that pyspf wants."""
    match data:
        case Mx(preference, host):
            return preference, _text(host)
        case Txt(pieces):
            return pieces
        case bytes():
            return _text(data)
        case _:
            raise TypeError(f"SPF has no use for {data!r}")
