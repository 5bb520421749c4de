"""An item of `dnslists` asks for something that is no list, or always for the same.

Behind a slash stands what is looked up instead of the address of the host: `/127.0.0.2` is the entry that each list has
for tests, so that every host is listed. An address is the name of no list; it was meant to be an answer, behind `=`.

Bad (acl):

    deny dnslists = dnsbl.example.net/127.0.0.2
    accept

Bad (acl):

    deny dnslists = dnsbl.example.net : 127.0.0.2
    accept

Good (acl):

    deny dnslists = dnsbl.example.net=127.0.0.2
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

ITEM = re.compile(r"(?<![\w./=,-])([\w.-]*[A-Za-z][\w.-]*)/(\d+\.\d+\.\d+\.\d+)(?=\s*(?::|$))")
ADDRESS = re.compile(r"(?:^|(?<=:))\s*(\d+\.\d+\.\d+\.\d+(?:,[\d.]+)*)\s*(?=:|$)")


@rule("dnsbl-item", group="delivery", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant keys that are addresses, and addresses in the place of lists."""
    for use in survey.of("acl", "dnslists"):
        if re.match(r"\s*<", use.text.string):
            continue
        for found in ITEM.finditer(use.text.string):
            message = f"this looks up {found[2]} for every host, not the address of the host"
            yield use.finding(Span(*found.span()), message, help=f"write {found[1]}={found[2]}")
        for found in ADDRESS.finditer(use.text.string):
            help = "answers stand behind the equals sign of a list"
            yield use.finding(Span(*found.span(1)), f"{found[1]} is no list", help=help)
