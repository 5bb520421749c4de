"""A macro is defined and never used.

Often the use is misspelt. Macros of Debian's scheme that other files look at with `.ifdef` count as used.

Bad (main):

    SMARTHOST_X = relay.example.org

Good (main):

    SMARTHOST_X = relay.example.org
    smtp_banner = SMARTHOST_X
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("unused-macro", group="syntax", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Macros that changed no line and stand in no other line."""
    for macro in survey.config.macros.values():
        if macro.used or macro.predefined or macro.command_line or not macro.definitions:
            continue
        name = re.compile(re.escape(macro.name))
        if any(name.search(line.string) for line in survey.config.directives):
            continue
        if sum(len(name.findall(file.content)) for file in survey.config.files) > len(macro.definitions):
            continue
        yield Finding(f"the macro {macro.name} is not used", macro.definitions[-1], Span(0, len(macro.name)))
