"""A variable that Exim does not know.

The expansion fails with "unknown variable name", and Exim never looks at expansions when it starts: the daemon runs, and each
command that reaches the line is answered with a temporary error.

Bad (acl):

    deny condition = ${if eq{$sender_hostname}{localhost}}

Good (acl):

    deny condition = ${if eq{$sender_host_name}{localhost}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.expand.names import is_variable, unknown_variable
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history
from exim_lang.syntax import expansion as tree


@rule("unknown-variable", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Every `$name` and `def:name` that is no variable of this Exim."""
    known = survey.dialect.names("variable")
    for use, node in survey.nodes(tree.Variable):
        if not is_variable(node.name, survey.dialect) and history("variable", node.name) is None:
            yield use.finding(node.span, unknown_variable(node.name, node.braced), help=_help(node.name, known))
    for use, test in survey.nodes(tree.Def):
        known_once = history("variable", test.name) is not None
        if test.header is None and not known_once and not is_variable(test.name, survey.dialect):
            yield use.finding(test.span, f'unknown variable "{test.name}" after "def:"', help=_help(test.name, known))


def _help(name: str, known: list[str]) -> str:
    guess = similar(name, known)
    return f"did you mean ${guess}?" if guess else ""
