"""DMARC records as text (RFC 7489 section 6.3, RFC 9989)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

_VERSION: Final = re.compile(rb"[ \t]*v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)", re.IGNORECASE)
_POLICIES: Final = ("none", "quarantine", "reject")
_VALUES: Final = {
    "p": _POLICIES,
    "sp": _POLICIES,
    "np": _POLICIES,
    "adkim": ("r", "s"),
    "aspf": ("r", "s"),
    "t": ("y", "n"),
    "psd": ("y", "n", "u"),
}
_PERCENT: Final = re.compile(r"[0-9]{1,3}")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")


class Record(NamedTuple):
    """A record that can be used; policies that it does not name are empty.

    `p`, `sp`, `np`: what is asked for the domain, its subdomains, those that do not exist. `adkim` and `aspf` are "s" for
    strict, "r" for relaxed alignment. `pct` is how many messages in a hundred the policy is for, `t` "y" while it is only
    tried out. `psd` tells whether the domain is a public suffix: "y", "n" or "u" (unknown). `rua` and `ruf` are where
    reports go.
    """

    p: str = ""
    sp: str = ""
    np: str = ""
    adkim: str = "r"
    aspf: str = "r"
    pct: int = 100
    t: str = "n"
    psd: str = "u"
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()


def is_record(text: bytes) -> bool:
    """Whether the text of a TXT record says that it is about DMARC."""
    return _VERSION.match(text) is not None


def records_in(texts: Iterable[bytes]) -> list[bytes]:
    """Those that are about DMARC."""
    return [text for text in texts if is_record(text)]


def parse_record(text: bytes, *, lenient: bool = False) -> Record | None:
    """What a record says; None for one that is not valid, and so counts as none.

    A value that is none of a tag's, and a missing `p`, make a record invalid, as they do for Exim's library; unknown tags
    do not. With `lenient`, as RFC 9989 wants it, other tags with wrong values are as if they were not there, and a record
    that says where reports go, but has no good policy, asks for none.
    """
    if not is_record(text):
        return None
    found: dict[str, str] = {}
    for part in text.decode("latin-1").split(";")[1:]:
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip(" \t").lower(), value.strip(" \t"))
        elif part.strip() and not lenient:
            return None
    words: dict[str, Any] = {name: found[name].lower() for name in _VALUES if name in found}
    wrong = {name for name, word in words.items() if word not in _VALUES[name]}
    rua, ruf = _addresses(found.get("rua", "")), _addresses(found.get("ruf", ""))
    if lenient:
        if "p" not in words or wrong & {"p", "sp", "np"}:
            return Record(p="none", rua=rua, ruf=ruf) if any(_URI.match(one) for one in rua) else None
        good = {name: word for name, word in words.items() if name not in wrong}
        return Record(rua=rua, ruf=ruf)._replace(**good)
    percent = found.get("pct", "100")
    if wrong or "p" not in words or not _PERCENT.fullmatch(percent) or int(percent) > 100:
        return None
    return Record(pct=int(percent), rua=rua, ruf=ruf)._replace(**words)


def _addresses(value: str) -> tuple[str, ...]:
    """The URIs of a list, without the limit of size behind each."""
    return tuple(one.strip().partition("!")[0] for one in value.split(",") if one.strip())
