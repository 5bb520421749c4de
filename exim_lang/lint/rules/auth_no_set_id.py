"""An authenticator does not say who logged in.

`$authenticated_id` is empty; the log has no name, and no rate can be limited by user.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{x}}

Good (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{x}}
      server_set_id = $auth2
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("auth-no-set-id", group="security", severity="info", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Authenticators with a condition and without `server_set_id`."""
    for driver in survey.config.authenticators:
        condition = driver.settings.get("server_condition")
        if condition is not None and "server_set_id" not in driver.settings and driver.driver == "plaintext":
            name = "$auth1" if "$auth1" in condition.text.string else "$auth2"
            use = survey.use_of(condition)
            edit = use.edit(Span(len(use.text), len(use.text)), f"\n  server_set_id = {name}")
            fix = Fix(f"add server_set_id = {name}", (edit,), safe=False) if edit else None
            message = f"nobody knows who logged in by {driver.name}"
            yield Finding(message, driver.line.text, driver.span, f"add server_set_id = {name}", fix)
