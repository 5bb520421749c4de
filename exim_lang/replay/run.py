"""A replay from its beginning, or from where another stopped, to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from exim_lang.errors import UsageError
from exim_lang.replay.corpus import Item
from exim_lang.replay.engines import Engine, batches
from exim_lang.replay.summary import Summary
from exim_lang.replay.work import Chunk

CHUNK = 32
"""Items that travel together: few enough that an interrupted run has little to do again."""


class Sink(Protocol):
    """Where results go."""

    def write(self, lines: bytes) -> object: ...


def replay(
    items: Iterator[Item],
    engine: Engine,
    sink: Sink | None,
    summary: Summary,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Plays the items that are left; results go to `sink` in their order, counts into `summary`.

    `progress` is told the size of what was done. However it ends, all that was written is counted, and nothing else.
    """
    for batch in batches(chunks_of(items, summary.messages), engine):
        if sink is not None:
            sink.write(batch.lines)
        summary.merge(batch.summary)
        if progress is not None:
            progress(batch.size)


def chunks_of(items: Iterable[Item], number: int) -> Iterator[Chunk]:
    """The items in chunks; `number` is that of the first."""
    chunk = Chunk(number, [])
    for item in items:
        chunk.items.append(item)
        if len(chunk.items) == CHUNK:
            yield chunk
            number += CHUNK
            chunk = Chunk(number, [])
    if chunk.items:
        yield chunk


def skip(items: Iterator[Item], names: Iterable[str], path: str) -> int:
    """Passes the items that were played already; returns their size. Raises UsageError where the corpus is another now."""
    size = 0
    for name in names:
        item = next(items, None)
        if item is None or (item.name != name and item.kind != "sessions"):
            raise UsageError(f"{path} has changed: where {name} was, there is {item.name if item else 'nothing'}")
        size += item.size
    return size
