"""Any password is accepted.

`server_condition` is always true.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = yes

Good (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{/etc/exim4/passwd}{$value}fail}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("auth-always-true", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """A constant condition of a plaintext authenticator."""
    for use in survey.of("authenticator", "server_condition"):
        plaintext = isinstance(use.owner, Driver) and use.owner.driver == "plaintext"
        if plaintext and (use.constant or "").strip().lower() in ("yes", "true", "1"):
            yield use.finding(use.whole, "every user and every password is accepted")
