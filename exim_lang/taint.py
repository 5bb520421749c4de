"""Tainted values: bytes that came from outside (specification chapters 11 and 56, "Taint").

A value is `bytes`. One that a sender, a host name lookup or a command line could choose is `Tainted`, a subclass, so it
works wherever bytes do; one that the quoting operator of a lookup type made safe for that type is of the subclass that
`quoted_for` names. Slicing or joining with the methods of `bytes` forgets the taint: use `like` and `join`, which keep it.

    class        untainted < quoted < tainted        joining takes the greater; of two quoters, the last
"""

from __future__ import annotations

from collections.abc import Iterable


class Tainted(bytes):
    """Bytes that somebody outside could choose."""

    __slots__ = ()
    quoter: str = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({bytes(self)!r})"


_quoted: dict[str, type[Tainted]] = {}


def quoted_for(lookup_type: str) -> type[Tainted]:
    """The class of values quoted for `lookup_type` (the name that the types sharing a quoter share, such as `ldap`)."""
    made = _quoted.get(lookup_type)
    if made is None:
        made = _quoted[lookup_type] = type(f"Quoted_{lookup_type}", (Tainted,), {"__slots__": (), "quoter": lookup_type})
    return made


def taint(value: bytes) -> Tainted:
    """`value` as one that came from outside."""
    return value if type(value) is Tainted else Tainted(value)


def is_tainted(value: bytes) -> bool:
    """Whether the value came from outside, quoted or not."""
    return type(value) is not bytes


def untainted(value: bytes) -> bytes:
    """The same bytes, trusted. Only what really proves a value may call this."""
    return bytes(value)


def like(value: bytes, model: bytes) -> bytes:
    """`value` with the taint of `model`: for a result that was computed from it."""
    kind = type(model)
    return value if kind is bytes else kind(value)


def class_of(parts: Iterable[bytes]) -> type[bytes]:
    """The class of the concatenation of `parts`."""
    result: type[bytes] = bytes
    for part in parts:
        kind = type(part)
        if kind is bytes:
            continue
        if kind is Tainted:
            return Tainted
        result = kind
    return result


def join(parts: Iterable[bytes], separator: bytes = b"") -> bytes:
    """The concatenation of `parts`, with its taint."""
    pieces = list(parts)
    kind = class_of(pieces)
    joined = separator.join(pieces)
    return joined if kind is bytes else kind(joined)
