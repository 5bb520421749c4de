"""The registry of rules, and what a rule is.

    @rule("use-shell-with-taint", severity="critical", since="4.96")
    def check(survey: Survey) -> Iterator[Finding]: ...

A rule is a file of `exim_lang.lint.rules`, named like the rule. Its docstring is the manual page (see `exim_lang.lint.page`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from exim_lang.lint.finding import Finding, FixKind, Severity
from exim_lang.plugins import Registry
from exim_lang.records import dataclass

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.model.dialect import Dialect

CheckFunction = Callable[["Survey"], Iterable[Finding]]

Group = Literal[
    "syntax",
    "names",
    "options",
    "taint",
    "security",
    "acl",
    "routing",
    "lists",
    "expansion",
    "upgrade",
    "performance",
    "delivery",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be found.

    `since` and `until` are the versions of Exim that it holds for (`until` is the first one without it); `page` is its manual
    page as it stands in the file. `enabled` is False for what has to be asked for.
    """

    name: str
    group: Group
    severity: Severity
    fix: FixKind
    since: str
    until: str
    enabled: bool
    page: str
    check: CheckFunction

    def applies(self, dialect: Dialect) -> bool:
        """Whether the rule has anything to say for a version of Exim."""
        return dialect.within(self.since, self.until)

    @property
    def summary(self) -> str:
        """The first sentence of the page."""
        return self.page.partition("\n")[0]


RULES: Registry[Rule] = Registry("rule", "exim_lang.lint.rules", "exim_lang.lint_rules")


def rule(
    name: str,
    *,
    group: Group,
    severity: str,
    fix: FixKind = "no",
    since: str = "",
    until: str = "",
    enabled: bool = True,
) -> Callable[[CheckFunction], CheckFunction]:
    """Registers a function that finds something; the docstring of its module is the page. `style` rules are off by default."""

    def register(function: CheckFunction) -> CheckFunction:
        level = Severity(severity)
        page = (sys.modules[function.__module__].__doc__ or "").strip()
        on = enabled and level is not Severity.STYLE
        RULES.add(name, Rule(name, group, level, fix, since, until, on, page, function))
        return function

    return register
