"""Coverage of a configuration: statements reached, those that took effect, conditions true and false, branches of `${if}`.

    watch = CoverageWatch(coverage, config)
    scope.watch = watch        # then run ACLs and strings in that scope
    coverage.of("statement")   # Points, with how often
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from exim_lang.acl.verdict import Step
from exim_lang.expand.compile import compile_tree
from exim_lang.expand.engine import Compiled, compiled_string, parse
from exim_lang.records import dataclass, field
from exim_lang.route.address import Step as RouterStep
from exim_lang.source.text import Place, Text
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement
from exim_lang.syntax.expansion_walk import children

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.model.dialect import Dialect

Kind: TypeAlias = Literal["statement", "effect", "condition", "branch", "router"]
KINDS: tuple[Kind, ...] = ("statement", "effect", "condition", "branch", "router")
NAMES: dict[Kind, str] = {
    "statement": "verbs reached",
    "effect": "verbs that took effect",
    "condition": "conditions true and false",
    "branch": "branches of ${if}",
    "router": "routers taking and passing",
}
SIDED: tuple[Kind, ...] = ("condition", "branch", "router")
TAKEN = ("ok", "fail", "defer", "discard", "rerouted")
"""Outcomes of a router that the next one does not see."""
Key: TypeAlias = tuple[str, str, int, int]

WIDEST = 60
_SIDES = {
    "condition": ("never true", "never false"),
    "branch": ("yes never taken", "no never taken"),
    "router": ("never takes an address", "never passes one on"),
}


@dataclass(slots=True)
class Point:
    """One thing to be covered, and how often: a statement once, what is true or false on either side.

    A statement takes effect when its conditions hold; `require`, when they do not.
    """

    kind: Kind
    file: str
    line: int
    column: int
    what: str
    owner: str
    counts: list[int]

    @property
    def key(self) -> Key:
        return (self.kind, self.file, self.line, self.column)

    @property
    def covered(self) -> int:
        return sum(count > 0 for count in self.counts)

    def missing(self) -> str:
        """What has not been seen; empty when everything has."""
        if self.kind == "statement":
            return "" if self.counts[0] else "never reached"
        if self.kind == "effect":
            return "" if self.counts[0] else "never took effect"
        sides = _SIDES[self.kind]
        if not any(self.counts):
            return "never tested"
        return ", ".join(side for side, count in zip(sides, self.counts, strict=True) if not count)


@dataclass(slots=True)
class Coverage:
    """All points of some configurations, and the text of their files."""

    points: dict[Key, Point] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def add(self, kind: Kind, place: Place, what: str, owner: str) -> Point:
        """The point at a place, made when it is not there yet."""
        key = (kind, place.file, place.line, place.column)
        point = self.points.get(key)
        if point is None:
            shortened = what if len(what) <= WIDEST else what[: WIDEST - 3] + "..."
            point = Point(kind, place.file, place.line, place.column, shortened, owner, [0, 0] if kind in SIDED else [0])
            self.points[key] = point
        return point

    def merge(self, other: Coverage) -> None:
        """Adds what another run has seen."""
        self.sources |= other.sources
        for key, point in other.points.items():
            own = self.points.get(key)
            if own is None:
                self.points[key] = point
            else:
                own.counts = [a + b for a, b in zip(own.counts, point.counts, strict=True)]

    def of(self, kind: Kind | None = None) -> list[Point]:
        """The points of one kind, or all, in the order of the files."""
        found = (point for point in self.points.values() if kind is None or point.kind == kind)
        return sorted(found, key=lambda point: (point.file, point.line, point.column, point.kind))

    def total(self, kind: Kind | None = None, file: str | None = None) -> tuple[int, int]:
        """How many outcomes were seen, and of how many."""
        points = [point for point in self.of(kind) if file is None or point.file == file]
        return sum(point.covered for point in points), sum(len(point.counts) for point in points)

    def percent(self, kind: Kind | None = None, file: str | None = None) -> float:
        """The share seen, in percent; 100 of nothing."""
        covered, total = self.total(kind, file)
        return 100.0 * covered / total if total else 100.0


class CoverageWatch:
    """Watches the work of one configuration, all of whose points are in `coverage` from the start."""

    def __init__(self, coverage: Coverage, config: Config) -> None:
        self.coverage = coverage
        self.config = config
        self.statements: dict[int, Point] = {}
        self.effects: dict[int, Point] = {}
        self.owners: dict[int, Point] = {}
        """The statement of each condition and modifier."""
        self.conditions: dict[int, Point] = {}
        self.routers: dict[str, Point] = {}
        self.inside: dict[int, int] = {}
        self.kept: list[object] = []
        self.texts: dict[int, tuple[Text, Compiled]] = {}
        for file in config.files:
            coverage.sources[file.name] = file.content
        for acl in config.acls.values():
            self.declare(acl)
        for driver in config.routers:
            self.routers[driver.name] = coverage.add("router", driver.place, f"router {driver.name}", "")
        for text in strings_of(config):
            self.declare_branches(text, "")

    def declare(self, acl: Acl) -> None:
        for statement in acl.statements:
            self.declare_statement(statement, acl.name or "inline ACL")

    def declare_statement(self, statement: Statement, owner: str) -> None:
        self.kept.append(statement)
        point = self.coverage.add("statement", statement.place, label(statement), owner)
        self.statements[id(statement)] = point
        self.effects[id(statement)] = self.coverage.add("effect", statement.place, label(statement), owner)
        for node in statement.conditions:
            self.owners[id(node)] = point
            if isinstance(node, Condition):
                mark = "!" if node.negated else ""
                what = f"{mark}{node.name} = {node.argument}"
                if not always_true(node):
                    self.conditions[id(node)] = self.coverage.add("condition", node.place, what, owner)
            self.declare_branches(node.argument, owner)

    def declare_branches(self, text: Text, owner: str) -> None:
        if "${if" in text.string:
            for node in ifs_of(parse(text.string)):
                self.coverage.add("branch", text.place(node.span.start), text.string[node.span.start : node.span.end], owner)

    # What is seen.

    def step(self, step: object) -> None:
        if isinstance(step, RouterStep):
            self.routers[step.router].counts[step.outcome not in TAKEN] += 1
            return
        assert isinstance(step, Step), "nothing else is told of"
        node = step.node
        if isinstance(node, Statement):
            if id(node) not in self.statements:
                if node.place.file not in self.coverage.sources:
                    return  # an ACL that an expansion has written
                self.declare_statement(node, step.acl)
            point = self.statements[id(node)]
            if not self.inside.pop(id(point), 0):
                point.counts[0] += 1
            wanted = ("fail", "drop") if node.verb == "require" else ("ok", "drop", "discard")
            self.effects[id(node)].counts[0] += step.result in wanted
            return
        self.reached(node)
        point_of_condition = self.conditions.get(id(node))
        if point_of_condition is not None and step.result in ("ok", "fail"):
            point_of_condition.counts[step.result == "fail"] += 1

    def reached(self, node: Condition | Modifier) -> None:
        """The statement of a condition counts when the first of its conditions is looked at, however it ends."""
        point = self.owners.get(id(node))
        if point is not None and not self.inside.get(id(point)):
            point.counts[0] += 1
            self.inside[id(point)] = 1

    def compiled(self, text: object, string: str, scope: Scope) -> Compiled:
        dialect = scope.config.dialect
        if not isinstance(text, Text) or "${if" not in string or text.place().file not in self.coverage.sources:
            return compiled_string(string, dialect)
        known = self.texts.get(id(text))
        if known is None:
            known = self.texts[id(text)] = (text, self.watched(text, dialect))
        return known[1]

    def watched(self, text: Text, dialect: Dialect) -> Compiled:
        """The function for a string that tells which branches it takes."""
        compiled, conditions = _traced(text.string, dialect)
        points = {
            identity: self.coverage.add("branch", text.place(node.span.start), text.string[node.span.start : node.span.end], "")
            for identity, node in conditions.items()
        }

        def note(node: object, value: object) -> None:
            point = points.get(id(node))
            if point is not None:
                point.counts[not value] += 1

        return Compiled(_Watched(compiled.function, note), compiled.spans, compiled.code)


class _Watched:
    """A traced function with its own listener; errors find its code by its globals, as with any other."""

    def __init__(self, function: Callable[[Scope], bytes], note: Callable[[object, object], None]) -> None:
        self.function = function
        self.note = note
        self.__globals__ = getattr(function, "__globals__", None)

    def __call__(self, scope: Scope) -> bytes:
        outer, scope.trace = scope.trace, self.note
        try:
            return self.function(scope)
        finally:
            scope.trace = outer


@lru_cache(4096)
def _traced(string: str, dialect: Dialect) -> tuple[Compiled, dict[int, tree.If]]:
    """The traced function for a string, and its `${if}`s by the identity of their conditions."""
    root = parse(string)
    compiled = Compiled(*compile_tree(string, root, dialect, traced=True))
    return compiled, {id(node.condition): node for node in ifs_of(root)}


def ifs_of(node: tree.Node) -> Iterator[tree.If]:
    """Every `${if}` in a tree that has a condition."""
    if isinstance(node, tree.If) and node.condition is not None:
        yield node
    for child in children(node):
        yield from ifs_of(child)


def label(statement: Statement) -> str:
    """A statement in a few words: its verb and its first condition."""
    tests = [node for node in statement.conditions if isinstance(node, Condition)] or statement.conditions
    if not tests:
        return statement.verb
    mark = "!" if isinstance(tests[0], Condition) and tests[0].negated else ""
    return f"{statement.verb} {mark}{tests[0].name} = {tests[0].argument}"


def always_true(node: Condition) -> bool:
    """Conditions in name only: they do something and never fail."""
    return node.name in ("control", "add_header", "remove_header", "set", "delay", "logwrite", "queue", "udpsend")


def strings_of(config: Config) -> Iterable[Text]:
    """The strings outside of ACLs that a session may expand."""
    for setting in config.main.values():
        yield setting.text
    for driver in (*config.authenticators, *config.routers):
        for setting in driver.settings.values():
            yield setting.text
    for lists in config.lists.values():
        for one in lists.values():
            yield one.text
