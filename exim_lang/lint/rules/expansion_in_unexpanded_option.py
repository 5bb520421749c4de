"""An expansion in an option that Exim does not expand.

It is taken as it stands, or refused as no number.

Bad (transport, 4.96):

    t1:
      driver = smtp
      max_rcpt = ${if eq{$domain}{x}{1}{100}}

Bad (main):

    primary_hostname = mail.${lc:EXAMPLE}

Good (transport):

    t1:
      driver = smtp
      interface = ${if eq{$domain}{x}{192.0.2.1}{192.0.2.2}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

EXPANSION = re.compile(r"\$\{[a-z_]+[\s:{}]|\$[a-z_]{3,}")
PLAIN = ("regex", "pattern")
NUMBERS = re.compile(r"integer expected for|invalid time value for|is not a valid value for|extra characters follow .* value")


@rule("expansion-in-unexpanded-option", group="options", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Strings that are not expanded, and values that Exim refuses, with an expansion in them."""
    for problem, _ in survey.problems(NUMBERS.pattern):
        at = EXPANSION.search(problem.text.string)
        if at is not None:
            yield Finding(problem.message, problem.text, Span(at.start(), len(problem.text)), "this option is not expanded")
    for use in survey.uses:
        if use.expanded or use.fact is None or any(word in use.name for word in PLAIN):
            continue
        found = EXPANSION.search(use.text.string)
        if found is not None and use.fact.type.startswith("string") and "$" not in use.fact.default:
            yield use.finding(Span(found.start(), len(use.text)), f"{use.name} is not expanded: this stands for itself")
