"""A `begin` line names a section that does not exist.

The sections are acl, authenticators, local_scan, retry, rewrite, routers and transports; Exim takes unambiguous
abbreviations.

Bad (full):

    begin aclx
    x:
      accept

Good (full):

    begin acl
    x:
      accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey

SECTIONS = ("acl", "authenticators", "local_scan", "retry", "rewrite", "routers", "transports")


@rule("unknown-section", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, found in survey.problems('^"(.*)" is not a known configuration section name'):
        guess = similar(found[1], SECTIONS)
        yield Finding(problem.message, problem.text, problem.span, f"did you mean {guess}?" if guess else "")
