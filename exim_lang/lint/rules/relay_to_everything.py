"""Mail to every domain is accepted from everybody.

A list of domains for which mail is taken matches all domains.

Bad (main):

    domainlist relay_to_domains = *

Good (main):

    domainlist relay_to_domains = example.net : example.com
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import served_everywhere
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-to-everything", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """The items of lists of domains by which statements take mail for every domain."""
    for text, span in served_everywhere(survey):
        message = "every domain matches this, and mail for it is taken from everybody"
        yield Finding(message, text, span, "name the domains", witness=survey.relay_witness)
