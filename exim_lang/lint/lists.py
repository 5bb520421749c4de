"""What items of lists cover."""

from __future__ import annotations

import ipaddress

from exim_lang.syntax.list import ListItem
from exim_lang.syntax.list_items import ItemKind, Kind

_ADDRESSES = (ItemKind.IP, ItemKind.NETWORK)
_PLAIN = (ItemKind.PLAIN, ItemKind.HOST_NAME, ItemKind.TAIL)


def covers(one: ListItem, other: ListItem, kind: Kind) -> bool:
    """Whether everything that the `other` constant item could match is matched by the first one; False where nobody knows."""
    if other.kind in (ItemKind.CONTROL, ItemKind.EMPTY) or not one.constant:
        return False
    if one.kind is ItemKind.ANY or one.text == "*":
        return True
    if one.kind in _ADDRESSES and other.kind in _ADDRESSES:
        return _network_covers(one.text, other.text)
    if one.kind is ItemKind.TAIL and other.kind in _PLAIN and kind in ("domain", "host"):
        return other.text.lower().endswith(one.text[1:].lower())
    return False


def _network_covers(one: str, other: str) -> bool:
    try:
        outer, inner = (ipaddress.ip_network(text, strict=False) for text in (one, other))
    except ValueError:
        return False
    if isinstance(outer, ipaddress.IPv4Network) and isinstance(inner, ipaddress.IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, ipaddress.IPv6Network) and isinstance(inner, ipaddress.IPv6Network):
        return inner.subnet_of(outer)
    return False
