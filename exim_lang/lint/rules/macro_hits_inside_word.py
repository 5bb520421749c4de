"""A macro is replaced in the middle of a longer word.

Macros are text: their names are replaced wherever they occur, also inside identifiers, file names and other words that
only begin alike. A short name rewrites what has nothing to do with it.

Bad (main):

    MAIL = /var/mail
    smtp_banner = MAILHUB ESMTP

Good (main):

    MAIL_DIR = /var/mail
    smtp_banner = MAILHUB ESMTP
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.macro_uses import macro_uses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span, Text

WORD = re.compile(r"[A-Z0-9_]")


@rule("macro-hits-inside-word", group="syntax", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Replacements that have a capital letter, a digit or `_` beside them in the file."""
    for one in macro_uses(survey.config):
        content = one.file.content
        before, behind = content[max(0, one.start - 1) : one.start], content[one.end : one.end + 1]
        if WORD.match(behind) or re.match(r"[A-Za-z0-9]", before):
            text = Text.of(one.file)
            word = re.search(r"[A-Za-z0-9_]*$", content[max(0, one.start - 80) : one.start])
            rest = re.match(r"[A-Za-z0-9_]*", content[one.end : one.end + 80])
            whole = (word[0] if word else "") + content[one.start : one.end] + (rest[0] if rest else "")
            message = f'the macro {one.name} is replaced inside of "{whole}"'
            yield Finding(message, text, Span(one.start, one.end), "give the macro a longer name, or one with _ at its ends")
