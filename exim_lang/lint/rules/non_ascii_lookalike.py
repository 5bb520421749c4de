"""A character that only looks like a quote, a space or a dash.

Text from web pages and word processors has typographic quotes, no-break spaces, long dashes, and byte order marks. Exim
takes them for what they are: bytes, which match nothing that anybody sends.

Bad (main):

    smtp_banner = “mail”

Good (main):

    smtp_banner = mail
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

LOOKALIKES = {
    **dict.fromkeys("\u2018\u2019\u201a", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u00a0\u2003\u2009\u202f", " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    **dict.fromkeys("\u200b\ufeff", ""),
    "\u2026": "...",
}
PATTERN = re.compile("|".join(re.escape(char.encode().decode("latin-1")) for char in LOOKALIKES))
PROSE = ("message", "log_message", "logwrite", "text", "subject", "add_header")


@rule("non-ascii-lookalike", group="syntax", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Such characters (in UTF-8) in lines that count, other than in prose."""
    prose = {use.text.place(0)[:2] for use in survey.uses if use.where == "acl" and use.name in PROSE}
    for line in survey.config.lines:
        if line.text.string.isascii() or line.text.place(0)[:2] in prose:
            continue
        for found in PATTERN.finditer(line.text.string):
            char = found[0].encode("latin-1").decode()
            span = Span(*found.span())
            edit = edit_of(line.text, span, LOOKALIKES[char])
            fix = Fix("write it in ASCII", (edit,)) if edit else None
            shown = f"U+{ord(char):04X}"
            yield Finding(f"this is the character {shown}, not {LOOKALIKES[char]!r}", line.text, span, "", fix)
