"""Where `$local_part_data` and `$domain_data` become parts of names of files and commands, and behind which router."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.data import OPTIONS
from exim_lang.lint.flow.sinks import Goal, Sink, sinks
from exim_lang.model.config import Driver
from exim_lang.records import dataclass
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.flow.flow import Flow

_GOALS: Final[tuple[Goal, ...]] = ("argument", "forward", "path", "reply", "search", "shell")


@dataclass(frozen=True, slots=True)
class DataUse:
    """A data variable at a sink, in an option of a router or of a transport that the router leads to."""

    router: Driver
    variable: str
    sink: Sink
    node: tree.Variable


def data_uses(flow: Flow) -> Iterator[DataUse]:
    """All of them, once for each router."""
    for sink in sinks(flow, *_GOALS):
        owner = sink.use.owner
        if not isinstance(owner, Driver):
            continue
        names = [node for node in _variables(sink) if node.name in OPTIONS]
        if not names:
            continue
        routers = [owner]
        if owner.kind == "transport":
            routers = [edge.router for edge in flow.edges_to(owner.name) if edge.option == "transport"]
        for router in routers:
            for node in names:
                yield DataUse(router, node.name, sink, node)


def _variables(sink: Sink) -> Iterator[tree.Variable]:
    for part in leaves(sink.parts):
        inner = part
        while isinstance(inner, tree.Operator) and len(inner.operand.parts) == 1:
            inner = inner.operand.parts[0]
        if isinstance(inner, tree.Variable):
            yield inner


def leads_nowhere(flow: Flow, router: Driver) -> bool:
    """Whether nobody can see what a router's transport does with its data: there is no such transport."""
    setting = router.settings.get("transport")
    known = {transport.name for transport in flow.survey.config.transports}
    return setting is not None and "$" not in setting.text.string and setting.text.string.strip() not in known
