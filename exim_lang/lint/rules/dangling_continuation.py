r"""A backslash at the end of a line swallows the condition or option in the next one.

The next line becomes part of the value. What was a condition is then words of a message, and the statement holds for
everybody.

Bad (acl):

    deny message = blocked \
         domains = example.org
    accept

Good (acl):

    deny message = blocked
         domains = example.org
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.continuations import continued_lines
from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.source.text import Span
from exim_lang.syntax.acl_names import acl_names

OPTION = re.compile(r"[ \t]*(?:!\s*)?([a-z_0-9]+)[ \t]*=(?!=)[ \t]*\S")


@rule("dangling-continuation", group="syntax", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Continued lines that begin like a condition, a modifier or an option of the part they are in."""
    for line in continued_lines(survey.config):
        found = OPTION.match(line.text.string)
        if found is None or not _known(survey, line.section, found[1], line.owner):
            continue
        what = "condition or modifier" if line.section == "acl" else "option"
        span = Span(*found.span(1))
        edit = edit_of(line.before, Span(len(line.before) - 1, len(line.before)), "")
        fix = Fix("take the backslash away", (edit,), safe=False) if edit else None
        yield Finding(
            f'the {what} "{found[1]}" belongs to the value before it, because that line ends with a backslash',
            line.text,
            span,
            "take the backslash away from the line before",
            fix,
        )


def _known(survey: Survey, section: str, name: str, owner: Driver | None) -> bool:
    if section == "acl":
        return name in acl_names(survey.dialect.version)
    if owner is not None:
        return owner.fact(name) is not None
    return section == "" and survey.config.fact(name) is not None
