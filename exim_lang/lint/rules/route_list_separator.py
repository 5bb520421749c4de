"""The rules of `route_list` are separated by something else than semicolons.

A rule is a pattern, hosts (separated by colons, or in quotes), and options; the pattern is one item, not a list.

Bad (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = a.example : b.example relay.example.org

Good (router):

    r1:
      driver = manualroute
      transport = remote_smtp
      route_list = a.example relay.example.org ; b.example relay.example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("route-list-separator", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Rules whose second word is a colon or whose first ends with one."""
    for use in survey.of("router", "route_list"):
        at = 0
        for part in use.text.string.split(";"):
            words = part.split()
            if len(words) > 1 and (words[1].startswith(":") or words[0].endswith(":")) and "$" not in words[0]:
                start = at + len(part) - len(part.lstrip())
                yield use.finding(
                    Span(start, at + len(part.rstrip())),
                    "the pattern of a rule is one item, and rules are separated by semicolons",
                    help="write each rule out: pattern hosts ; pattern hosts",
                )
            at += len(part) + 1
