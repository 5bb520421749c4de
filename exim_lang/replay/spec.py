"""What a replay is asked to do: plain data, the same for every process that takes part."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from exim_lang.replay.envelope import Given

Json: TypeAlias = dict[str, Any]


class Spec(NamedTuple):
    """The configurations, the world, the clock, what is known of the clients, and how far messages go.

    `against` is the older configuration to compare with, or empty. `clock` is when every message arrives, in seconds since
    the epoch. `routes`: accepted recipients are routed; `transports`: and their transports say what they would do.
    """

    config: str
    against: str = ""
    macros: tuple[tuple[str, str], ...] = ()
    version: str = ""
    root: str = ""
    dns: str = "offline"
    allow: tuple[str, ...] = ()
    fixtures: str = ""
    record: str = ""
    strict_quoting: bool = False
    clock: float = 0.0
    given: tuple[str, str, str | None, tuple[str, ...], tuple[str, ...]] = ("", "", None, (), ())
    routes: bool = True
    transports: bool = False
    run: str = ""
    """Tells runs apart: a cluster's worker keeps what it has read for one of them, and no longer."""

    @property
    def envelope(self) -> Given:
        """What is known of every envelope."""
        return Given(*self.given)
