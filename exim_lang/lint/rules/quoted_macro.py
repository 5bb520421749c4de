"""The value of a macro is in quotes, and the macro stands in the middle of another value.

The text is replaced with its quotes. They are taken away where a whole value begins with them, not elsewhere.

Bad (main):

    FOLDER = "/etc/exim4"
    log_file_path = /var/log/exim4/%slog
    domainlist local_domains = lsearch;FOLDER/domains

Good (main):

    FOLDER = /etc/exim4
    domainlist local_domains = lsearch;FOLDER/domains
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.macro_uses import macro_uses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("quoted-macro", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Macros whose values are in quotes, where a letter, a slash, `;` or `=` stands right before or behind them."""
    macros = {one.name: one for one in survey.config.macros.values() if re.fullmatch(r'"[^"]*"', one.value.string)}
    if not macros:
        return
    for use in macro_uses(survey.config):
        if use.name in macros:
            before, behind = use.file.content[use.start - 1 : use.start], use.file.content[use.end : use.end + 1]
            if before in tuple("/;:.") or behind in tuple("/;?."):
                value = macros[use.name].value
                message = f"the quotes of {use.name} go into the middle of a value"
                yield Finding(message, value, Span(0, len(value)), "leave them out")
                del macros[use.name]
