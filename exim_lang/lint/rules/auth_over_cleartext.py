"""Passwords are asked for without TLS.

PLAIN and LOGIN send them as they are. `server_advertise_condition` offers them on encrypted connections only.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{x}}
      server_set_id = $auth2

Good (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{x}}
      server_set_id = $auth2
      server_advertise_condition = ${if def:tls_in_cipher}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.plaintext import mechanism
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

INVERTED = re.compile(r"\$\{if\s*!\s*def:tls_(in_)?cipher\s*(\{(yes|true|1|\*)\}\s*(\{(no|false|0)?\})?)?\s*\}")


@rule("auth-over-cleartext", group="security", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Servers for PLAIN and LOGIN without `server_advertise_condition`, where AUTH is offered to everybody."""
    for use in survey.of("authenticator", "server_advertise_condition"):
        if INVERTED.fullmatch(use.text.string.strip()):
            message = "this is offered on connections that are not encrypted, and on no others"
            yield use.finding(use.whole, message, help="write ${if def:tls_in_cipher}")
    offered = survey.main_use("auth_advertise_hosts")
    if offered is not None and "tls" in offered.text.string:
        return
    for driver in survey.config.authenticators:
        condition = driver.settings.get("server_condition")
        server = condition is not None and mechanism(survey.use_of(condition))
        if server and "server_advertise_condition" not in driver.settings:
            message = f"{driver.name} takes passwords over connections that are not encrypted"
            help = "add server_advertise_condition = ${if def:tls_in_cipher}"
            line = driver.settings["server_condition"].text
            edit = edit_of(line, Span(len(line), len(line)), "\n  server_advertise_condition = ${if def:tls_in_cipher}")
            fix = Fix("offer it on encrypted connections only", (edit,), safe=False) if edit else None
            yield Finding(message, driver.line.text, driver.span, help, fix)
