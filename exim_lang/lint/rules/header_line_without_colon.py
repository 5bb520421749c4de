"""A header line that is added has no colon behind its name.

In an ACL Exim makes `X-ACL-Warn:` of it; a router or a transport adds the line as it is, and it ends the headers for
whoever reads them.

Bad (acldata):

    warn add_header = X-Spam-Score $spam_score
    accept

Bad (transport):

    t1:
      driver = smtp
      headers_add = X-Host $primary_hostname

Good (acldata):

    warn add_header = X-Spam-Score: $spam_score
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

LINE = re.compile(r"\s*(?::[a-z_]+:\s*)?([A-Za-z][A-Za-z0-9-]*-[A-Za-z0-9-]+)[ \t]+[^:\s]")


@rule("header-line-without-colon", group="delivery", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Values that begin with a word with a hyphen in it, a blank, and no colon."""
    for use in (*survey.of("acl", "add_header"), *survey.of("router", "headers_add"), *survey.of("transport", "headers_add")):
        found = LINE.match(use.text.string)
        if found is not None:
            yield use.finding(Span(*found.span(1)), "there is no colon behind the name", help=f"write {found[1]}:")
