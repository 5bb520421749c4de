"""`recipients_max` is 50000 unless it is set, since 4.95.

Bad (main):

    recipients_max = 0

Good (main):

    recipients_max = 1000
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("recipients-max-default", group="upgrade", severity="info", since="4.95")
def check(survey: Survey) -> Iterator[Finding]:
    """The option set to no limit."""
    use = survey.main_use("recipients_max")
    if use is not None and use.text.string.strip() == "0":
        yield use.finding(use.whole, "a message may have any number of recipients")
