"""Sender Policy Framework: the check of RFC 7208 by pyspf, its DNS queries answered by the World."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.expand.variables.options import primary_hostname
from exim_lang.world.dns import Mx, Txt

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

MOST_VOID_LOOKUPS = 2
"""How many names may turn out not to exist (RFC 7208, section 4.6.4)."""

_WHILE_CHECKING: Final = ("No valid SPF record for", "Too many", "More than", "recursion", "redirect domain", "Two or more")
"""Permanent errors that a record which can be read comes to, in the words of pyspf."""


_ALL_ADDRESSES: Final = re.compile(rb"v=spf1 (?:.* )?\S+/0(?:[/ ]|$)", re.IGNORECASE)


class SpfCheck(NamedTuple):
    """What came of a check.

    `result` is "pass", "fail", "softfail", "neutral", "none", "permerror" or "temperror"; `explanation` pyspf's words for it.
    `domain` is the one whose record was asked for, `lookups` how many mechanisms needed the DNS (ten may), `void_lookups` how
    many names turned out not to exist. `default` tells that no mechanism of the record matched. `unreadable` tells that the
    domain's own record could not be had or not be read, which libspf2 has another word for.
    """

    result: str
    explanation: str
    domain: bytes
    lookups: int = 0
    void_lookups: int = 0
    default: bool = False
    unreadable: bool = False


def check_spf(
    scope: Scope,
    address: bytes,
    sender: bytes,
    helo: bytes,
    record: str | None = None,
    *,
    libspf2: bool = False,
) -> SpfCheck:
    """Whether a client may use an identity.

    `address` is the client's; `sender` the address of MAIL, empty for a bounce, whose identity is then `helo`. `record` is
    taken for the domain's own. `libspf2` counts lookups without an answer as little as that library does, and looks up only
    what `dns_check_names_pattern` allows. Raises ClosedWorld when nobody may answer a DNS query, ValueError when `address`
    is no IP address.
    """
    spf: Any = importlib.import_module("spf")
    query = spf.query(address.decode("ascii"), _text(sender), _text(helo), receiver=_text(primary_hostname(scope)))
    own_record_failed = False
    others: set[str] = set()

    def ask(name: object, type: str, cnames: object = None, ignore_void: bool = False) -> list[Any]:
        nonlocal own_record_failed
        text = str(name).rstrip(".").lower()
        if type != "TXT" or text != query.o.lower():
            others.add(text)
        if not all(0 < len(label) < 64 for label in text.split(".")) or "." not in text or text.startswith("["):
            return []  # nobody need be asked (RFC 7208, section 4.3)
        answer = dns_lookup(scope, text.encode("utf-8", "surrogateescape"), type, any_name=not libspf2)
        if answer.status in ("again", "fail"):
            own_record_failed = not others
            raise spf.TempError(f"DNS {text} {type}")
        if not answer.records and not ignore_void:
            query.void_lookups += 1
            if query.void_lookups > MOST_VOID_LOOKUPS and not libspf2:
                raise spf.PermError(f"Void lookup limit of {MOST_VOID_LOOKUPS} exceeded")
        if libspf2 and type == "TXT" and not others and any(_zero(record.data) for record in answer.records):
            raise spf.PermError("Invalid CIDR length")
        return [_value(record.data) for record in answer.records]

    query.dns = ask
    query.get_explanation = lambda _: None  # Exim shows what spf_smtp_comment_template says, whatever the domain would like
    try:
        result, _, explanation = query.check(record)
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError, OSError) as error:
        result, explanation = "permerror", f"SPF Permanent Error: {error}"  # what pyspf stumbles over is no valid record
    return SpfCheck(
        result=str(result),
        explanation=str(explanation),
        domain=query.o.encode("utf-8", "surrogateescape"),
        lookups=query.lookups,
        void_lookups=query.void_lookups,
        default=query.mechanism is None,
        unreadable=own_record_failed
        or (result == "permerror" and not others and not any(word in explanation for word in _WHILE_CHECKING)),
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _zero(data: object) -> bool:
    """Whether a record speaks of a network of all addresses, which libspf2 cannot read."""
    return isinstance(data, Txt) and _ALL_ADDRESSES.match(b"".join(data.pieces)) is not None


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
