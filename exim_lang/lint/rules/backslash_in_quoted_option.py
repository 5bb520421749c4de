r"""A backslash in a quoted value is gone before the value is used.

Backslashes are worked out in quoted values of options: `\N`, `\d` and `\.` become `N`, `d` and `.`, before expansion or
a regular expression could see them.

Bad (router):

    r1:
      driver = accept
      local_parts = "\N^ab\d+$\N"
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      local_parts = \N^ab\d+$\N
      transport = local_delivery
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Setting
from exim_lang.source.text import Span

LOST = re.compile(r"(?<!\\)(?:\\\\)*\\([^\\nrtx0-7\"\s])")
QUOTED = re.compile(r"=[ \t]*(\"(?:[^\"\\]|\\.)*\")[ \t]*$", re.DOTALL)


@rule("backslash-in-quoted-option", group="syntax", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoted values with a backslash in front of a character that has no meaning behind one there."""
    for use in survey.uses:
        if not isinstance(use.node, Setting):
            continue
        line = use.node.line.text
        quoted = QUOTED.search(line.string)
        if quoted is None or "\\" not in quoted[1]:
            continue
        found = LOST.search(line.string, quoted.start(1))
        if found is None:
            continue
        span = Span(found.end() - 2, found.end())
        edit = edit_of(line, Span(*quoted.span(1)), quoted[1][1:-1])
        plain = '"' not in quoted[1][1:-1] and "\\\\" not in quoted[1] and not re.search(r"\\[nrtx0-7]", quoted[1])
        fix = Fix("take the quotes away", (edit,)) if edit and plain else None
        message = f'"\\{found[1]}" in a quoted value is "{found[1]}": the backslash is lost'
        yield Finding(message, line, span, "write the value without quotes, or double the backslash", fix)
