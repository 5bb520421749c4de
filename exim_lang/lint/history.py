"""Names that the target version does not have any more, or not yet, or that its build lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from exim_lang.lint.finding import Finding
from exim_lang.lint.options import unknown_options
from exim_lang.model.dialect import Dialect, history, version_of
from exim_lang.model.options import every_age, sections
from exim_lang.source.text import Span, Text
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey

State = Literal["gone", "new", "unbuilt"]


class Absent(NamedTuple):
    """A name at a place that some Exim has, and the target has not.

    `kind` is as in `Dialect.knows`; `since` and `until` are versions, `renamed` what to write instead; `feature` is what
    would have to be built in.
    """

    text: Text
    span: Span
    kind: str
    name: str
    state: State
    since: str
    until: str
    renamed: str
    feature: str

    def finding(self, message: str = "", help: str = "") -> Finding:
        """What to say of it."""
        what = self.kind.partition(":")[0].replace("_", " ").replace("acl", "ACL")
        if not message:
            match self.state:
                case "gone":
                    message = f"Exim has no {what} {self.name} any more, since {self.until}"
                case "new":
                    message = f"Exim has the {what} {self.name} since {self.since} only"
                case "unbuilt":
                    message = f"the {what} {self.name} needs an Exim that is built with {self.feature}"
        if not help and self.renamed:
            help = f"write {self.renamed}" if re.fullmatch(r"\w+", self.renamed) else f"instead: {self.renamed}"
        return Finding(message, self.text, self.span, help)


def absent_names(survey: Survey) -> list[Absent]:
    """All such names of a configuration."""
    return [*_options(survey), *_expansions(survey), *_acls(survey)]


def _options(survey: Survey) -> Iterator[Absent]:
    for problem, name, owner in unknown_options(survey):
        wanted = "main" if owner is None else owner.kind
        ages = [fact for section in sections() if section.partition(":")[0] == wanted for fact in every_age(section, name)]
        if ages:
            fact = ages[-1]
            kind = "main_option" if owner is None else f"{owner.kind}_option:{fact.section.partition(':')[2]}"
            row = history(kind, name)
            renamed = row["renamed"] if row else ""
            state = _state(survey.dialect, fact.since, fact.until)
            yield Absent(problem.text, problem.span, kind, name, state, fact.since, fact.until, renamed, fact.feature)


def _expansions(survey: Survey) -> Iterator[Absent]:
    dialect = survey.dialect
    for use, variable in survey.nodes(tree.Variable):
        yield from _named(dialect, use.text, variable.span, "variable", variable.name)
    for use, defined in survey.nodes(tree.Def):
        if defined.header is None:
            yield from _named(dialect, use.text, defined.span, "variable", defined.name)
    for use, operator in survey.nodes(tree.Operator):
        name = operator.name if history("operator", operator.name) else operator.name.partition("_")[0]
        yield from _named(dialect, use.text, operator.span, "operator", name)
    for use, item in survey.nodes(tree.Item):
        yield from _named(dialect, use.text, item.span, "item", item.name)
    for use, test in survey.nodes(tree.Test):
        yield from _named(dialect, use.text, test.span, "condition", test.name)
    for use, each in survey.nodes(tree.Each):
        yield from _named(dialect, use.text, each.span, "condition", each.name)
    for use, lookup in survey.nodes(tree.Lookup):
        yield from _named(dialect, use.text, lookup.span, "lookup", _lookup_name(lookup.type))
    for use, items in survey.lists():
        for one in items.items:
            if one.lookup is not None:
                yield from _named(dialect, use.text, one.pattern, "lookup", _lookup_name(one.lookup[0]))


def _lookup_name(type: str) -> str:
    return type.partition(",")[0].rpartition("-")[2].rstrip("*@")


def _acls(survey: Survey) -> Iterator[Absent]:
    for problem, found in survey.problems(r'unknown ACL condition/modifier in "(?:\w+\s+)?!?\s*(\w+)'):
        name = problem.text.string[problem.span.start : problem.span.end] or found[1]
        for kind in ("acl_condition", "acl_modifier"):
            yield from _named(survey.dialect, problem.text, problem.span, kind, name)
    for use in survey.of("acl", "control"):
        word = re.match(r"\w+", use.text.string)
        if word is not None:
            yield from _named(survey.dialect, use.text, Span(*word.span()), "acl_control", word[0])


def _named(dialect: Dialect, text: Text, span: Span, kind: str, name: str) -> Iterator[Absent]:
    if dialect.lacks(kind, name):
        row = history(kind, name)
        assert row is not None  # `lacks` found it
        state = _state(dialect, row.since, row.until)
        yield Absent(text, span, kind, name, state, row.since, row.until, row["renamed"], row.feature)


def _state(dialect: Dialect, since: str, until: str) -> State:
    if until and dialect.version >= version_of(until):
        return "gone"
    return "new" if since and dialect.version < version_of(since) else "unbuilt"


def crosses(survey: Survey, version: str) -> bool:
    """Whether an upgrade is asked for, from before a version to it or beyond."""
    return survey.since is not None and survey.since.version < version_of(version) <= survey.dialect.version
