"""Exim would not start with this configuration.

What Exim says when it reads the configuration, in its own words, where no other rule explains it.

Bad (main):

    qualify_domain

Good (main):

    qualify_domain = example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("refused-by-exim", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Nothing by itself: the engine adds what Exim refuses and no rule speaks of."""
    return iter(())
