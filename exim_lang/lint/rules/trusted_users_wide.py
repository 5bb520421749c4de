"""Ordinary accounts are trusted to say who sends a mail, or to change what is in the queue.

Bad (main):

    trusted_groups = users

Good (main):

    trusted_groups = mail
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

WEB = ("www-data", "apache", "nginx", "httpd", "www")
WIDE = (*WEB, "users", "nobody", "nogroup", "daemon", "staff", "everyone", "ftp", "games")


@rule("trusted-users-wide", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of accounts that run other people's programs, or are everybody."""
    for use in survey.of("main", "trusted_users", "trusted_groups", "admin_groups"):
        for found in re.finditer(r"[A-Za-z][\w-]*", use.text.string):
            if found[0] in WIDE:
                yield use.finding(Span(*found.span()), f"{found[0]} is no account of a mail program")
