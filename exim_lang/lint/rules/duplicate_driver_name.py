"""Two ACLs, routers, transports or authenticators have the same name.

Bad (aclsec):

    a:
      accept
    a:
      deny

Good (aclsec):

    a:
      accept
    b:
      deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("duplicate-driver-name", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused('^there are two .* called "')
