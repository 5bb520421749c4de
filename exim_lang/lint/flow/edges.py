"""The ways from routers to transports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from exim_lang.lint.phases import words
from exim_lang.lint.references import TRANSPORT_OPTIONS
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey


class Edge(NamedTuple):
    """A router may hand addresses to a transport through one of its options: `transport`, `pipe_transport`."""

    router: Driver
    transport: str
    option: str


def edges(survey: Survey) -> Iterator[Edge]:
    """All ways; a name that is a word of an expansion counts."""
    for use in survey.of("router", *TRANSPORT_OPTIONS["router"]):
        if not isinstance(use.owner, Driver):
            continue
        if use.constant is not None:
            yield Edge(use.owner, use.constant.strip(), use.name)
            continue
        names = {word for node in use.nodes if isinstance(node, tree.String) for word in words(node)}
        for name in sorted(names):
            yield Edge(use.owner, name, use.name)
