"""Mail whose best host is this one is sent all the same.

It comes back to this host, and may go round and round.

Bad (router):

    r1:
      driver = dnslookup
      self = send
      transport = remote_smtp

Good (router):

    r1:
      driver = dnslookup
      self = pass
      transport = remote_smtp
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("self-send", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`self = send`, unless another port is meant."""
    for use in survey.of("router", "self"):
        if use.text.string.strip() == "send":
            yield use.finding(use.whole, "mail for this very host is sent to it again", help="the default is freeze")
