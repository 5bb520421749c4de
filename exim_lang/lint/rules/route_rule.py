"""A rule of `route_list` names hosts or options that Exim cannot understand.

A rule is a pattern, a list of hosts without blanks (or in quotes), and options (`byname`, `bydns`, `randomize`, ...) or the
name of a transport. A single colon in front of a port separates hosts; the port of a host stands behind two.

Bad (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = * smtp.example.org:587

Bad (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = * smtp1.example.org smtp2.example.org

Bad (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = smtp.example.org byname

Good (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = * smtp1.example.org::587:smtp2.example.org byname
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span

BY = ("bydns", "bydns_a", "bydns_mx", "byname")
OPTIONS = (*BY, "ipv4_only", "ipv4_prefer", "no_randomize", "randomize")


@rule("route-rule", group="routing", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant rules: hosts that are numbers or options, and words behind them that are neither options nor transports."""
    transports = {driver.name for driver in survey.config.transports}
    for use in survey.of("router", "route_list"):
        if "$" in use.text.string or '"' in use.text.string or use.text.string.lstrip().startswith("<"):
            continue
        at = 0
        for part in use.text.string.split(";"):
            words = [*re.finditer(r"\S+", part)]
            for number, word in enumerate(words[1:3] if len(words) < 3 or words[2][0] != ":" else ()):
                yield from _look(use, word, at, number, transports)
            at += len(part) + 1


def _look(use: Use, word: re.Match[str], at: int, number: int, transports: set[str]) -> Iterator[Finding]:
    span = Span(at + word.start(), at + word.end())
    port = re.search(r"(?<!:):(\d+)(?=:|$)", word[0])
    if number == 0 and port is not None:
        yield use.finding(span, f"a colon separates hosts: {port[1]} is no host", help=f"write ::{port[1]}")
    elif number == 0 and word[0] in OPTIONS:
        message = f'"{word[0]}" is an option, and stands where the hosts should be'
        yield use.finding(span, message, help="write pattern, hosts, options")
    elif number == 1 and "." in word[0] and word[0] not in transports:
        help = "separate hosts by colons without blanks, or put them in quotes"
        yield use.finding(span, f'unknown routing option or transport name "{word[0]}"', help=help)
