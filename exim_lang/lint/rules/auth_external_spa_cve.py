"""`external` and `spa` authenticators can be attacked before 4.96.1.

CVE-2023-42114, -42115 and -42116.

Bad (auth, 4.96):

    ntlm:
      driver = spa
      public_name = NTLM
      server_password = x

Good (auth, 4.96):

    cram:
      driver = cram_md5
      public_name = CRAM-MD5
      server_secret = ${lookup{$auth1}lsearch{/etc/exim4/secrets}{$value}fail}
      server_set_id = $auth1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("auth-external-spa-cve", group="upgrade", severity="warning", until="4.97")
def check(survey: Survey) -> Iterator[Finding]:
    """Authenticators with these drivers."""
    for driver in survey.config.authenticators:
        if driver.driver in ("spa", "external"):
            message = f"{driver.driver} can be attacked before 4.96.1 (CVE-2023-42114 to -42116)"
            yield Finding(message, driver.line.text, driver.span, "upgrade, or take it out")
