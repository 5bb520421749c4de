"""Blanks at the end of a line, or tabs in the middle of one.

Bad (main):

    domainlist d	=   a.example

Good (main):

    domainlist d = a.example
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Edit, Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span, Text


@rule("indentation", group="delivery", severity="style", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Physical lines of all files."""
    for file in survey.config.files:
        for number, start in enumerate(file.line_starts, 1):
            string = file.line(number)
            found = re.search(r"(?<=\S)[ \t]+$|(?<=\S)[ ]*\t[ \t]*(?=\S)", string)
            if found is not None and not string.lstrip().startswith("#"):
                span = Span(start + found.start(), start + found.end())
                text = Text.of(file)
                blank = "" if found.end() == len(string) else " "
                edit = Edit(file, span.start, span.end, blank)
                yield Finding("tabs or blanks that nobody sees", text, span, fix=Fix("take them away", (edit,)))
