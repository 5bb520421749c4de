"""A configuration as rules ask about it: everything indexed, each index made when it is first wanted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from exim_lang.errors import Problem
from exim_lang.lint.finding import Finding
from exim_lang.lint.phases import direct_phases, phases_of
from exim_lang.lint.uses import Use, Where, uses_of
from exim_lang.model.config import Config, Driver, NamedList, Setting
from exim_lang.model.dialect import Dialect
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl, Condition, Modifier, Statement
from exim_lang.syntax.list import List
from exim_lang.syntax.list_items import Kind

if TYPE_CHECKING:
    from exim_lang.expand.fault import Fault
    from exim_lang.lint.flow.flow import Flow
    from exim_lang.lint.history import Absent

AnyNode = TypeVar("AnyNode", bound=tree.Node)
_WORD = re.compile(r"[A-Za-z0-9_-]+")


class Survey:
    """A configuration and what rules want to know of it. `since` is the version that it was written for, of an upgrade."""

    def __init__(self, config: Config, since: Dialect | None = None) -> None:
        self.config = config
        self.dialect = config.dialect
        self.since = since

    @cached_property
    def uses(self) -> list[Use]:
        """All values of the configuration."""
        return list(uses_of(self.config))

    @cached_property
    def _by_name(self) -> dict[tuple[Where, str], list[Use]]:
        found: dict[tuple[Where, str], list[Use]] = {}
        for use in self.uses:
            found.setdefault((use.where, use.name), []).append(use)
        return found

    def of(self, where: Where, *names: str) -> list[Use]:
        """The values of options (or conditions and modifiers) of some names, in one part of the configuration."""
        return [use for name in names for use in self._by_name.get((where, name), ())]

    def main(self, name: str) -> Setting | None:
        """A main option that is set."""
        return self.config.main.get(name)

    def main_use(self, name: str) -> Use | None:
        """The value of a main option that is set."""
        return next(iter(self.of("main", name)), None)

    @cached_property
    def _by_node(self) -> dict[type, list[tuple[Use, tree.Node]]]:
        found: dict[type, list[tuple[Use, tree.Node]]] = {}
        for use in self.uses:
            if use.expanded and ("$" in use.text.string or "\\" in use.text.string):
                for node in use.nodes:
                    found.setdefault(node.__class__, []).append((use, node))
        return found

    def nodes(self, kind: type[AnyNode]) -> list[tuple[Use, AnyNode]]:
        """All nodes of one class in all expansions, each with the value that it is part of."""
        return self._by_node.get(kind, [])  # type: ignore[return-value]

    def items(self, *names: str) -> Iterator[tuple[Use, tree.Item]]:
        """All `${name{..}..}` of some names."""
        return ((use, node) for use, node in self.nodes(tree.Item) if node.name in names)

    def tests(self, *names: str) -> Iterator[tuple[Use, tree.Test]]:
        """All conditions `name{..}{..}` of some names in expansions."""
        return ((use, node) for use, node in self.nodes(tree.Test) if node.name in names)

    def operators(self, *names: str) -> Iterator[tuple[Use, tree.Operator]]:
        """All `${name:..}`; a name with arguments (`substr_1_2`) is found by what is in front of its first `_`, too."""
        wanted = frozenset(names)
        for use, node in self.nodes(tree.Operator):
            if node.name in wanted or node.name.partition("_")[0] in wanted:
                yield use, node

    @cached_property
    def faults(self) -> list[tuple[Use, Fault]]:
        """Of each value the first thing that keeps it from being expanded whatever the values are, in Exim's words."""
        from exim_lang.expand.faults import Faults

        found = []
        for use in self.uses:
            if use.expanded and ("$" in use.text.string or "\\" in use.text.string):
                fault = Faults(use.text.string, use.tree, self.dialect).first(use.tree)
                if fault is not None:
                    found.append((use, fault))
        return found

    @cached_property
    def _lists(self) -> list[tuple[Use, List]]:
        return [(use, use.items) for use in self.uses if use.list_kind is not None and use.items is not None]

    def lists(self, *kinds: Kind) -> Iterator[tuple[Use, List]]:
        """All lists of some kinds (none given: of all), taken apart."""
        return ((use, items) for use, items in self._lists if not kinds or items.kind in kinds)

    @cached_property
    def statements(self) -> list[tuple[Acl, int, Statement]]:
        """All statements of all ACLs, with their numbers in their ACL, from 0."""
        return [(acl, index, one) for acl in self.config.acls.values() for index, one in enumerate(acl.statements)]

    @cached_property
    def flow(self) -> Flow:
        """Where values come from, and how tainted they are: `flow.taint_of(use)`, `flow.of(use, node)`."""
        from exim_lang.lint.flow.flow import Flow

        return Flow(self)

    @cached_property
    def phases(self) -> dict[str, frozenset[str]]:
        """Of each ACL the phases that it runs in (`RCPT`, see `exim_lang.acl.phases`); empty for one that nobody calls."""
        return phases_of(self.config, self.uses)

    @cached_property
    def direct_phases(self) -> dict[str, frozenset[str]]:
        """Of each ACL the phases whose options name it, without those that other ACLs call it in."""
        return direct_phases(self.uses, self.config)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word (letters, digits, `_` and `-`) stands in the lines of the configuration, macros replaced."""
        return Counter(word for line in self.config.lines for word in _WORD.findall(line.text.string))

    @cached_property
    def absent(self) -> list[Absent]:
        """Names that the target version, or its build, does not have, and another one has."""
        from exim_lang.lint.history import absent_names

        return absent_names(self)

    @cached_property
    def relay_witness(self) -> str:
        """A scenario in which a stranger sends mail to a stranger, empty when that cannot be shown."""
        from exim_lang.lint.witness import relay_witness

        return relay_witness(self.config)

    def reach_witness(self, acl: Acl, ending: Statement) -> str:
        """A scenario in which a statement ends an ACL, empty when that cannot be shown."""
        from exim_lang.lint.witness import reach_witness

        phase = next(iter(sorted(self.direct_phases[acl.name])), "RCPT")
        return reach_witness(self.config, acl, ending, phase)

    def route_witness(self, router: Driver) -> str:
        """A scenario in which a router takes the address of a stranger, empty when that cannot be shown."""
        from exim_lang.lint.witness import route_witness

        return route_witness(self.config, router)

    @cached_property
    def drivers(self) -> list[Driver]:
        """Routers, transports and authenticators."""
        return [*self.config.routers, *self.config.transports, *self.config.authenticators]

    @property
    def named_lists(self) -> Iterator[NamedList]:
        """All named lists of all kinds."""
        return (named for lists in self.config.lists.values() for named in lists.values())

    def use_of(self, node: Setting | Condition | Modifier) -> Use:
        """The value of a setting, a condition or a modifier."""
        return self._by_identity[id(node)]

    @cached_property
    def _by_identity(self) -> dict[int, Use]:
        return {id(use.node): use for use in self.uses if use.node is not None}

    def problems(self, pattern: str) -> Iterator[tuple[Problem, re.Match[str]]]:
        """What Exim itself would say of the configuration when it reads it, as far as its words match."""
        for problem in self.config.problems:
            found = re.search(pattern, problem.message)
            if found is not None:
                yield problem, found

    def refused(self, pattern: str, help: str = "") -> Iterator[Finding]:
        """Findings in Exim's own words for what it refuses or warns of when it reads the configuration."""
        for problem, _ in self.problems(pattern):
            yield Finding(problem.message, problem.text, problem.span, help)
