"""An authenticator that asks for a password and checks nothing never succeeds.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :

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


@rule("auth-without-server-condition", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Plaintext authenticators with prompts and no condition, CRAM-MD5 without secrets."""
    for driver in survey.config.authenticators:
        if driver.driver == "cram_md5" and not driver.settings.keys() & {"server_secret", "client_secret"}:
            message = f"nobody can log in by {driver.name}: it has no server_secret"
            yield Finding(message, driver.line.text, driver.span, "add server_secret: CRAM-MD5 needs the password itself")
        if driver.driver == "plaintext" and "server_prompts" in driver.settings and "server_condition" not in driver.settings:
            message = f"nobody can log in by {driver.name}: it has no server_condition"
            yield Finding(message, driver.line.text, driver.span, "add server_condition, or take server_prompts away")
