"""A line of the main section stands behind the first `begin`.

There it is read as something else: main options and named lists belong in front of all sections.

Bad (full):

    begin acl
    a:
      accept
    domainlist x = y

Good (full):

    domainlist x = y
    begin acl
    a:
      accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

LISTS = ("domainlist", "hostlist", "addresslist", "localpartlist")


@rule("missing-final-section-order", group="syntax", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Refused lines of sections that would be right in the main section."""
    for problem in survey.config.problems:
        word = problem.text.string.split("=")[0].split(" ")[0].strip()
        section = next((line.section for line in survey.config.lines if line.text is problem.text), "")
        if section and (word in LISTS or (word != "driver" and survey.config.fact(word) is not None)):
            yield Finding(f'"{word}" belongs in front of the first "begin"', problem.text, Span(0, len(word)))
