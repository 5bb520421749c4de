"""A second `.else` between `.ifdef` and `.endif`: what stands behind it never counts.

Exim says nothing. The lines between the first and the second `.else` are those of the alternative; those behind the
second are dead whatever is defined.

Bad (main):

    .ifdef FOO
    qualify_domain = a.example
    .else
    qualify_domain = b.example
    .else
    qualify_domain = c.example
    .endif

Good (main):

    .ifdef FOO
    qualify_domain = a.example
    .elifdef BAR
    qualify_domain = b.example
    .else
    qualify_domain = c.example
    .endif
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

WORD = re.compile(r"\.(ifdef|ifndef|elifdef|elifndef|else|endif)(?=[ t]|$)")


@rule("double-else", group="syntax", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`.else`, `.elifdef` and `.elifndef` behind an `.else` of the same level."""
    had_else: list[bool] = []
    for line in survey.config.directives:
        found = WORD.match(line.string)
        if found is None:
            continue
        word = found[1]
        if word.startswith("if"):
            had_else.append(False)
        elif word == "endif":
            del had_else[-1:]
        elif had_else:
            if had_else[-1]:
                yield Finding(f"what stands behind this second .{word} is never used", line, Span(0, found.end()))
            had_else[-1] = had_else[-1] or word == "else"
