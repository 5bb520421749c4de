"""A comment silences a rule that finds nothing there.

`# exim-lang: ignore[rule] why` hides what the rule finds in the statement behind it. When the statement is mended, or the
rule's name misspelt, the comment only hides what may come later.

Bad (main):

    # exim-lang: ignore[unknown-variable] provided by a patch
    smtp_banner = $primary_hostname

Good (main):

    smtp_banner = $primary_hostname
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("unused-ignore", group="syntax", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Nothing by itself: the engine knows which comments were used."""
    return iter(())
