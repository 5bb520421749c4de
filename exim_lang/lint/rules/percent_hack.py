"""`percent_hack_domains` is set.

`victim%elsewhere.example@here.example` is then sent on to elsewhere: an old way to relay through others.

Bad (main):

    percent_hack_domains = example.org

Good (main):

    percent_hack_domains =
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("percent-hack", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """The option with anything in it."""
    use = survey.main_use("percent_hack_domains")
    if use is not None and use.text.string.strip():
        yield use.finding(use.whole, "addresses with a percent sign are sent on", help="take the option away")
