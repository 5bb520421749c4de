"""Rules of the sections `rewrite` and `retry` (specification chapters 31 and 32)."""

from __future__ import annotations

from dataclasses import dataclass, field

from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Place, Text


@dataclass(frozen=True, slots=True)
class RewriteRule:
    """`pattern replacement flags`; the flags as written, without white space, empty for all headers and the envelope."""

    pattern: Text
    replacement: Text
    flags: str
    line: LogicalLine | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> Place:
        return self.pattern.place(0)


@dataclass(frozen=True, slots=True)
class RetryStep:
    """`F,2h,15m` or `G,16h,1h,1.5`: until `limit` seconds have passed, every `interval` seconds, times `factor` (1 for F)."""

    letter: str
    limit: int
    interval: int
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class RetryRule:
    """`pattern error senders=... steps`; `error` is `*` for any, `senders` an address list or None."""

    pattern: Text
    error: str
    senders: Text | None
    steps: tuple[RetryStep, ...]
    line: LogicalLine | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> Place:
        return self.pattern.place(0)
