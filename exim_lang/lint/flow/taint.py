"""What is known of a value before it exists: how far Exim trusts it, where it came from, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from exim_lang.lint.finding import Note
from exim_lang.records import dataclass


class Level(IntEnum):
    """How tainted Exim takes a value to be; joining takes the greater (the table of classes in `exim_lang.taint`)."""

    UNTAINTED = 0
    QUOTED = 1
    TAINTED = 2


@dataclass(frozen=True, slots=True)
class Taint:
    """What may be said of every value that an expression can have.

    `level` is Exim's own class, the worst of all ways; `quoters` the lookup types that it may be quoted for. `outside` says
    that somebody outside chooses the bytes, which Exim does not always notice: `laundered` names what made it forget
    (`${run}`), or is empty. `source` is what the value comes from (`$local_part`), `steps` the operators and items that
    it went through since, in order, `path` the places of all that, source first.
    """

    level: Level = Level.UNTAINTED
    quoters: frozenset[str] = frozenset()
    outside: bool = False
    laundered: str = ""
    source: str = ""
    steps: tuple[str, ...] = ()
    path: tuple[Note, ...] = ()

    @property
    def tainted(self) -> bool:
        """Whether Exim refuses it where nothing tainted may stand, quoted or not."""
        return self.level > Level.UNTAINTED

    @property
    def rank(self) -> tuple[int, bool]:
        """Which of two is worse."""
        return self.level, self.outside

    def after(self, step: str, note: Note | None = None) -> Taint:
        """The result of an operator or an item that keeps the class."""
        if not self.outside and not self.tainted:
            return self
        path = (*self.path, note) if note is not None else self.path
        return Taint(self.level, self.quoters, self.outside, self.laundered, self.source, (*self.steps, step), path)

    def at(self, note: Note) -> Taint:
        """The same value one step further on its way."""
        if not self.outside and not self.tainted:
            return self
        return Taint(self.level, self.quoters, self.outside, self.laundered, self.source, self.steps, (*self.path, note))

    def quoted(self, quoter: str, step: str) -> Taint:
        """What the quoting operator of a lookup type makes of it."""
        if not self.tainted:
            return self.after(step)
        label = frozenset({quoter})
        return Taint(Level.QUOTED, label, self.outside, self.laundered, self.source, (*self.steps, step), self.path)

    def through(self, means: str, note: Note) -> Taint:
        """What comes out of something that gives back bytes of it, but that Exim trusts."""
        if not self.outside:
            return CLEAN
        clean: frozenset[str] = frozenset()
        return Taint(Level.UNTAINTED, clean, True, means, self.source, (*self.steps, means), (*self.path, note))


CLEAN = Taint()


def outside(source: str, note: Note, level: Level = Level.TAINTED) -> Taint:
    """A value that somebody outside chooses; `level` is what Exim takes it to be."""
    return Taint(level, frozenset(), True, "", source, (), (note,))


def join(values: Iterable[Taint]) -> Taint:
    """What may be said of a concatenation, and of a value that is one of several: the worst of all."""
    worst = CLEAN
    quoters: frozenset[str] = frozenset()
    for value in values:
        if value.quoters and value.level is Level.QUOTED:
            quoters |= value.quoters
        if value.rank > worst.rank:
            worst = value
    if worst.level is Level.QUOTED and quoters != worst.quoters:
        return Taint(worst.level, quoters, worst.outside, worst.laundered, worst.source, worst.steps, worst.path)
    return worst
