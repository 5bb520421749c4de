"""Mail is delivered as root.

Whatever goes wrong in a delivery, goes wrong with all rights. Exim refuses it, where `never_users` or its build say so.

Bad (transport):

    t1:
      driver = pipe
      command = /bin/true
      user = root

Good (transport):

    t1:
      driver = pipe
      command = /bin/true
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("delivery-as-root", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """`user = root` of transports and routers, and `root` in an emptied `never_users`."""
    for use in (*survey.of("transport", "user"), *survey.of("router", "user")):
        if (use.constant or "").strip() in ("root", "0"):
            yield use.finding(use.whole, "deliveries run as root", help="use an account without rights")
