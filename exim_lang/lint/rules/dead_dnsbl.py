"""A black list that is shut down.

It does not answer, and every client waits; or it answers "listed" for everybody.

Bad (acl):

    deny dnslists = ix.dnsbl.manitu.net
    accept

Good (acl):

    deny dnslists = bl.spamcop.net
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

DEAD = re.compile(
    r"(?:[a-z0-9-]+\.)*(ix\.dnsbl\.manitu\.net|cbl\.abuseat\.org|sorbs\.net|dsbl\.org|ahbl\.org|njabl\.org|ordb\.org|"
    r"relays\.osirusoft\.com|blackholes\.us|spambag\.org|five-ten-sg\.com|completewhois\.com|rfc-ignorant\.org|orbs\.org|"
    r"dnsbl\.inps\.de|burnt-tech\.com|no-more-funn\.moensted\.dk|barracudacentral\.example)$",
    re.IGNORECASE,
)


@rule("dead-dnsbl", group="delivery", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items of `dnslists`."""
    for use in survey.of("acl", "dnslists"):
        for found in re.finditer(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", use.text.string):
            if DEAD.fullmatch(found[0]):
                yield use.finding(Span(*found.span()), f"{found[0]} is shut down", help="take it out")
