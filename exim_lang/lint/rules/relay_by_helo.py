"""Whoever says the right name in HELO may relay.

Anybody can say any name.

Bad (acl):

    accept condition = ${if eq{$sender_helo_name}{trusted.example.org}}
    deny

Good (acl):

    accept hosts = +relay_from_hosts
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import relay_by_choice
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-by-helo", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that accept for every domain by the name in HELO."""
    return relay_by_choice(survey, "helo", "whoever says such a name in HELO may send mail anywhere")
