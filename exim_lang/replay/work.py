"""One chunk of a corpus, done in whatever process is told to: the unit of work of every engine."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import msgspec

from exim_lang.records import dataclass
from exim_lang.replay.corpus import Item
from exim_lang.replay.play import Player, unplayed
from exim_lang.replay.spec import Json, Spec
from exim_lang.replay.summary import Summary

_players: dict[Spec, Player] = {}
_one_at_a_time = threading.Lock()
"""A cluster's worker may have several threads; a configuration and its caches are made for one."""


@dataclass(slots=True)
class Chunk:
    """Items that follow each other; `number` is that of the first."""

    number: int
    items: list[Item]


@dataclass(slots=True)
class Batch:
    """What came of a chunk: `lines` are the results as JSON lines."""

    lines: bytes
    summary: Summary
    size: int


def work(spec: Spec, number: int, items: Sequence[Item]) -> Batch:
    """Plays the items; raises UsageError when the configuration or the world cannot be had in this process."""
    with _one_at_a_time:
        player = player_for(spec)
        return batch_of([player.play(number + offset, item) for offset, item in enumerate(items)], items)


def player_for(spec: Spec) -> Player:
    """The player of this process."""
    if spec not in _players:
        _players.clear()
        _players[spec] = Player(spec)
    return _players[spec]


def batch_of(results: list[Json], items: Sequence[Item]) -> Batch:
    """Results as they travel."""
    summary = Summary()
    for result in results:
        summary.add(result)
    encode = msgspec.json.encode
    return Batch(b"".join(encode(result) + b"\n" for result in results), summary, sum(item.size for item in items))


def died(chunk: Chunk, words: str) -> Batch:
    """The result of a chunk of one item whose process ended."""
    (item,) = chunk.items
    return batch_of([{"number": chunk.number, "name": item.name, **unplayed("internal", words)}], chunk.items)
