"""Something stands behind the quote that ends a value.

The value of an option that begins with `"` ends at the closing quote; Exim refuses what follows.

Bad (main):

    smtp_banner = "foo" bar

Good (main):

    smtp_banner = foo bar
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("text-after-closing-quote", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused("^extra characters follow string value for", "quote all of the value, or nothing")
