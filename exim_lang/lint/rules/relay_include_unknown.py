"""Hosts without a name may relay.

`+include_unknown` makes a name that cannot be found match: everybody who has no reverse DNS, or breaks it.

Bad (acl):

    accept hosts = +include_unknown : *.trusted.example
    deny

Good (acl):

    accept hosts = +ignore_unknown : 192.0.2.0/24
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import relay_paths
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-include-unknown", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that accept for every domain by such an item."""
    for path in relay_paths(survey):
        for _, reason in path.by("hosts"):
            if reason.choice == "unknown" and reason.text is not None:
                message = "a host whose name cannot be found matches this, and may send mail anywhere"
                yield Finding(message, reason.text, reason.span, "compare addresses, or say +ignore_unknown")
