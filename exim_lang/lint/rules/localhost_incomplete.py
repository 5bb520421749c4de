"""The local host by its name, or by its IPv4 address only.

Programs connect to ::1 as well. `localhost` as a name needs a lookup, of the host's name or of its addresses.

Bad (main):

    hostlist relay_from_hosts = localhost

Good (main):

    hostlist relay_from_hosts = <; 127.0.0.1 ; ::1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("localhost-incomplete", group="lists", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`localhost`, and 127.0.0.1 without any IPv6 loopback address, in lists of relays."""
    for use, items in survey.lists("host"):
        texts = [item.text for item in items.items]
        for item in items.items:
            if item.text == "localhost" and not item.negated:
                yield use.finding(item.pattern, "localhost is a name that has to be looked up", help="write <; 127.0.0.1 ; ::1")
        relays = use.where == "list" and "relay" in use.name and "127.0.0.1" in texts
        if relays and "@[]" not in texts and "::1" not in use.text.string:
            item = items.items[texts.index("127.0.0.1")]
            yield use.finding(item.pattern, "the local host also connects from ::1")
