"""Who does the work: this process, or a pool of processes on this machine; see cluster.py for those of others."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Protocol

from exim_lang.replay.spec import Spec
from exim_lang.replay.work import Batch, Chunk, died, work

LOST = "the process that played this message ended"


class Promise(Protocol):
    """Work under way."""

    def result(self) -> Batch:
        """Waits for the result, and returns it or raises what the work raised."""
        ...


class Engine(Protocol):
    """Takes chunks. `ahead` is how many may be under way at once; `lost` what is raised when a process is no more."""

    ahead: int
    lost: tuple[type[BaseException], ...]

    def submit(self, chunk: Chunk) -> Promise: ...

    def renew(self) -> None:
        """Goes on after processes were lost."""
        ...

    def close(self) -> None:
        """Forgets what has not begun, waits for what has."""
        ...


class Here:
    """This process does it, when the result is wanted."""

    ahead = 1
    lost: tuple[type[BaseException], ...] = ()

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def submit(self, chunk: Chunk) -> Promise:
        return _Later(self.spec, chunk)

    def renew(self) -> None:
        raise AssertionError("this process is not lost")

    def close(self) -> None:
        pass


class _Later:
    def __init__(self, spec: Spec, chunk: Chunk) -> None:
        self.spec, self.chunk = spec, chunk

    def result(self) -> Batch:
        return work(self.spec, self.chunk.number, self.chunk.items)


class Pool:
    """Processes of this machine."""

    lost: tuple[type[BaseException], ...] = (BrokenExecutor,)

    def __init__(self, spec: Spec, jobs: int) -> None:
        self.spec, self.jobs = spec, jobs
        self.ahead = 2 * jobs
        self.pool = self._new()

    def _new(self) -> ProcessPoolExecutor:
        # Processes that are forked from one with threads may hang; those that are spawned read the configuration again.
        return ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), initializer=_begin)

    def submit(self, chunk: Chunk) -> Promise:
        try:
            return self.pool.submit(work, self.spec, chunk.number, chunk.items)
        except BrokenExecutor:
            self.renew()
            return self.pool.submit(work, self.spec, chunk.number, chunk.items)

    def renew(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = self._new()

    def close(self) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """What a process of the pool does first: it leaves Ctrl-C to its parent, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000)  # as the program does
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def batches(chunks: Iterable[Chunk], engine: Engine) -> Iterator[Batch]:
    """What comes of the chunks, in their order. A chunk whose process is lost is done again, item by item.

    An item that takes its process with it a second time is reported as such, and the others are not lost.
    """
    waiting: deque[tuple[Chunk, Promise]] = deque()

    def next_batches() -> Iterator[Batch]:
        chunk, promise = waiting.popleft()
        try:
            yield promise.result()
        except engine.lost:
            engine.renew()
            yield from _one_by_one(chunk, engine)
            left = [other for other, _ in waiting]
            waiting.clear()
            waiting.extend((other, engine.submit(other)) for other in left)

    for chunk in chunks:
        waiting.append((chunk, engine.submit(chunk)))
        if len(waiting) >= engine.ahead:
            yield from next_batches()
    while waiting:
        yield from next_batches()


def _one_by_one(chunk: Chunk, engine: Engine) -> Iterator[Batch]:
    for offset, item in enumerate(chunk.items):
        single = Chunk(chunk.number + offset, [item])
        try:
            yield engine.submit(single).result()
        except engine.lost:
            engine.renew()
            yield died(single, LOST)
