"""The flow analysis of a configuration: the taint of every expression in it.

    flow = survey.flow
    flow.taint_of(use)                  of a whole value, the worst of all its contexts
    flow.of(use, node)                  of a node of `use.tree`
    flow.over(use, span)                of what stands in a range of the value: an item of a list

Contexts are the phases of an ACL, and for a transport each router that leads to it. What a variable holds is the worst of what
is put into it anywhere; inside an ACL an assignment that surely came before is the only one that counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from exim_lang.lint.finding import Note
from exim_lang.lint.flow.data import OPTIONS as DATA_OPTIONS
from exim_lang.lint.flow.data import Entry, entries
from exim_lang.lint.flow.definitions import Definition, definitions, sets_before
from exim_lang.lint.flow.edges import Edge, edges
from exim_lang.lint.flow.evaluate import Evaluator
from exim_lang.lint.flow.sources import ANYWHERE, stages_of
from exim_lang.lint.flow.taint import CLEAN, Taint, join, outside
from exim_lang.lint.phases import OPTIONS
from exim_lang.model.config import Driver
from exim_lang.records import dataclass
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

ROUNDS: Final = 6
"""How often values are handed on from variable to variable before we stop looking for more."""


@dataclass(frozen=True, slots=True)
class Context:
    """When a value is expanded: the stages of a message, and for a transport the router that leads there."""

    stages: frozenset[str] = ANYWHERE
    router: Driver | None = None


class Flow:
    """See the module."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self._known: dict[int, dict[int, Taint]] = {}
        self._busy: set[int] = set()
        self._values: dict[int, Taint] = {}
        self._settled = False
        self.memo: dict[str, list[Any]] = {}

    def taint_of(self, use: Use) -> Taint:
        """The worst that a value can be, in Exim's classes."""
        return self.of(use, use.tree)

    def of(self, use: Use, node: tree.Node) -> Taint:
        """What is known of a node of a value; clean for nodes that are never expanded."""
        if not use.expanded or "$" not in use.text.string:
            return CLEAN
        return self._evaluated(use).get(id(node), CLEAN)

    def parts(self, use: Use, span: Span) -> list[tree.Part]:
        """The parts of a value that stand in a range of it; a literal that only touches the range counts."""
        return [part for part in use.tree.parts if part.span.start < span.end and part.span.end > span.start]

    def over(self, use: Use, span: Span) -> Taint:
        """The worst of what stands in a range of a value."""
        return join([self.of(use, part) for part in self.parts(use, span)])

    def contexts(self, use: Use) -> list[Context]:
        """When a value is expanded."""
        match use.where:
            case "acl":
                assert isinstance(use.owner, Acl)
                return [Context(stages_of(self.survey.phases.get(use.owner.name, frozenset())))]
            case "main" if use.name in OPTIONS:
                return [Context(stages_of(frozenset({OPTIONS[use.name]})))]
            case "router":
                return [Context(_DELIVERY, use.owner if isinstance(use.owner, Driver) else None)]
            case "transport":
                assert isinstance(use.owner, Driver)
                routers = [edge.router for edge in self.edges_to(use.owner.name)]
                return [Context(_DELIVERY, router) for router in routers] or [Context(_DELIVERY)]
            case "authenticator":
                return [Context(frozenset({"helo", "mail"}))]
            case "retry":
                return [Context(_DELIVERY)]
            case "main" | "list" | "rewrite":
                return [Context()]

    def edges_to(self, transport: str) -> list[Edge]:
        """The ways to a transport."""
        return self._edges.get(transport, [])

    def data(self, router: Driver, variable: str) -> list[Entry]:
        """What `local_part_data` or `domain_data` may be behind the conditions of a router."""
        return entries(self.survey, router, variable)

    @cached_property
    def _edges(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in edges(self.survey):
            found.setdefault(edge.transport, []).append(edge)
        return found

    @cached_property
    def _definitions(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for one in definitions(self.survey):
            found.setdefault(one.name, []).append(one)
        return found

    def _evaluated(self, use: Use) -> dict[int, Taint]:
        if not self._settled:
            self._settle()
        found = self._known.get(id(use))
        if found is None:
            found = self._known[id(use)] = self._evaluate(use)
        return found

    def _evaluate(self, use: Use) -> dict[int, Taint]:
        """All contexts of a value, one upon the other."""
        known: dict[int, Taint] = {}
        for context in self.contexts(use):
            evaluator = Evaluator(use, self.survey.dialect, context.stages, partial(self._stored, use, context))
            evaluator.known = known
            evaluator.string(use.tree)
        return known

    def _settle(self) -> None:
        """Hands values on from definition to definition until nothing new comes."""
        self._settled = True
        all = [one for group in self._definitions.values() for one in group if "$" in one.use.text.string]
        uses = {id(one.use): one.use for one in all}
        for _ in range(ROUNDS):
            changed = False
            found = {key: self._evaluate(use) for key, use in uses.items()}
            for one in all:
                value = self._defined(one, found[id(one.use)])
                if value.rank > self._values.get(id(one), CLEAN).rank or (
                    value.quoters - self._values.get(id(one), CLEAN).quoters
                ):
                    self._values[id(one)] = value
                    changed = True
            if not changed:
                break
        self._known.clear()

    def _defined(self, one: Definition, known: dict[int, Taint]) -> Taint:
        if one.node is not None:
            return known.get(id(one.node), CLEAN)
        parts = self.parts(one.use, one.span) if one.span is not None else one.use.tree.parts
        return join([known.get(id(part), CLEAN) for part in parts])

    def _worst(self, found: Iterable[Definition], what: str) -> Taint:
        """The worst of some definitions, with the way through it."""
        values = [
            self._values[id(one)].at(Note(f"stored in {what}", one.use.text, one.span or one.use.whole))
            for one in found
            if id(one) in self._values
        ]
        return join(values)

    def _stored(self, use: Use, context: Context, name: str, note: Note) -> Taint:
        """What is in a variable of which only the place tells."""
        value = self._looked_up(use, context, name, note)
        return value.at(note) if value.path and value.path[-1] != note else value

    def _looked_up(self, use: Use, context: Context, name: str, note: Note) -> Taint:
        found = self._definitions.get(name, [])
        match name:
            case "local_part_data" | "domain_data":
                return self._list_data(context, name)
            case "local_part_prefix" | "local_part_suffix":
                setting = context.router.settings.get(name) if context.router else None
                wild = setting is not None and "*" in setting.text.string
                return outside(f"${name}", note) if wild else CLEAN
            case "host":
                from_dns = context.router is not None and context.router.driver in ("dnslookup", "ipliteral")
                return outside("$host", note) if from_dns and use.where == "transport" else CLEAN
            case "home":
                return self._home(use, context)
            case "dkim_domain":
                return self._dkim_domain(use, note)
            case "address_data":
                return self._worst(_of_routers(found, self.survey.config.routers, context.router), "address_data")
            case "sender_address_data":
                return self._worst(self._definitions.get("address_data", []), "address_data")
        if name.startswith(("acl_c", "acl_m")) and use.where == "acl":
            return self._worst(sets_before(use, found), f"${name}")
        if name.startswith("auth") or name.isdigit():
            theirs = use.where == "authenticator" or (use.where == "rewrite" and name.isdigit())
            return outside(f"${name}", note) if theirs and name != "0" else CLEAN
        if name.startswith("r_"):
            return self._worst(_of_routers(found, self.survey.config.routers, context.router), f"${name}")
        return self._worst(found, f"${name}" if not name.startswith("acl ") else "the message of the ACL")

    def _list_data(self, context: Context, name: str) -> Taint:
        """Of a list that is itself tainted; all else is what the configuration or a file says."""
        if context.router is None:
            return CLEAN
        setting = context.router.settings.get(DATA_OPTIONS[name])
        if setting is None or (name == "local_part_data" and "check_local_user" in context.router.settings):
            return CLEAN
        return self._other(self.survey.use_of(setting), DATA_OPTIONS[name])

    def _home(self, use: Use, context: Context) -> Taint:
        """`$home`, where options say what it is; the home of a user is clean."""
        options: list[tuple[Driver | None, str]] = [(context.router, "router_home_directory")]
        if use.where == "transport" and isinstance(use.owner, Driver):
            transport = use.owner.settings.get("home_directory")
            options = [(use.owner, "home_directory")] if transport else [(context.router, "transport_home_directory"), *options]
        for driver, name in options:
            setting = driver.settings.get(name) if driver is not None else None
            if setting is not None and setting.text.string:
                return self._other(self.survey.use_of(setting), name)
        return CLEAN

    def _dkim_domain(self, use: Use, note: Note) -> Taint:
        if use.where != "transport" or not isinstance(use.owner, Driver):
            return outside("$dkim_domain", note) if use.where == "acl" else CLEAN
        setting = use.owner.settings.get("dkim_domain")
        return self._other(self.survey.use_of(setting), "dkim_domain") if setting is not None else CLEAN

    def _other(self, use: Use, what: str) -> Taint:
        """The class of another option's value, which may ask for this one again."""
        if id(use) in self._busy or "$" not in use.text.string:
            return CLEAN
        self._busy.add(id(use))
        try:
            value = self._evaluate(use).get(id(use.tree), CLEAN)
        finally:
            self._busy.discard(id(use))
        return value.at(Note(f"{what} is set to it", use.text, use.whole))


_DELIVERY: Final = frozenset({"delivery"})


def _of_routers(found: list[Definition], routers: list[Driver], router: Driver | None) -> Iterator[Definition]:
    """The definitions that hold in a router: its own; else those of routers in front of it, and of redirections behind it."""
    if router is None:
        yield from found
        return
    own = [one for one in found if one.use.owner is router]
    if own:
        yield from own
        return
    order = {id(one): number for number, one in enumerate(routers)}
    here = order[id(router)]
    for one in found:
        owner = one.use.owner
        if isinstance(owner, Driver) and (order[id(owner)] < here or owner.driver == "redirect"):
            yield one
