"""A section is begun twice.

Exim refuses the configuration. It happens when files are put together of which each has a `begin` line.

Bad (full):

    begin acl
    a:
      accept
    begin acl
    b:
      accept

Good (full):

    begin acl
    a:
      accept
    b:
      accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("duplicate-section", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused("section is repeated in the configuration file", "put everything into one section")
