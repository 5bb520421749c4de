"""`$1` and its kin are used outside of the condition or lookup that sets them.

They have the values of the last match that is still in force: those of `match` within `${if` are gone behind its
braces.

Bad (exp):

    ${if match{ab}{(a)}{yes}} $1

Good (exp):

    ${if match{ab}{(a)}{yes $1}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("numeric-variable-scope", group="expansion", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Numeric variables behind an `${if match` of the same string, outside of all braces."""
    for use, _ in survey.tests("match"):
        parts = use.tree.parts
        seen = False
        for part in parts:
            if isinstance(part, tree.If) and "match" in use.source(part.span):
                seen = True
            elif seen and isinstance(part, tree.Variable) and part.name.isdigit():
                yield use.finding(part.span, f"${part.name} does not have the value of the match in front any more")
