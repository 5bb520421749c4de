"""The keys that are tried one after another: partial matching and defaults (specification 9.6 and 9.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from exim_lang.search.types import SearchType
from exim_lang.taint import like


class Attempt(NamedTuple):
    """A key to look up, and what a match sets `$1` and `$2` to."""

    key: bytes
    wild: bytes | None
    fixed: bytes | None


def attempts(search: SearchType, key: bytes) -> Iterator[Attempt]:
    """The keys for `key`, in order; the taint of parts of it is that of the key."""
    nothing = like(b"", key)
    plain = search.partial is None
    yield Attempt(key, None if plain else nothing, None if plain else key)
    if search.partial is not None:
        yield from _partial_keys(search.partial, search.affix, key)
    if search.star == "*@":
        at = key.rfind(b"@")
        if at > 0:
            default = like(b"*" + key[at:], key)
            yield Attempt(default, like(key[:at], key), nothing)
    if search.star:
        yield Attempt(b"*", key, nothing)


def _partial_keys(least: int, affix: bytes, key: bytes) -> Iterator[Attempt]:
    nothing = like(b"", key)
    if affix:
        whole = like(affix + key, key)
        yield Attempt(whole, nothing, key)
    rest = bytes(key)
    for _ in range(rest.count(b".") - least + 1):
        _, dot, rest = rest.partition(b".")
        if dot:
            shorter = like(affix + rest, key)
            wild = key[: len(key) - len(rest) - 1]
            yield Attempt(shorter, like(wild, key), like(rest, key))
            continue
        # All components are gone: the affix alone is left, but for a final dot. The wild part that Exim reports then
        # lacks the last character of the key.
        if affix:
            last = affix[:-1] if len(affix) > 1 and affix.endswith(b".") else affix
            yield Attempt(last, like(key[:-1], key), nothing)
        return
