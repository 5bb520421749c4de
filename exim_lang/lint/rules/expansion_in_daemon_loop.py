"""A lookup in an option that the daemon itself expands for every connection.

While it waits for the answer nobody can connect.

Bad (main):

    smtp_accept_max_per_host = ${lookup dnsdb{txt=x}{1}{10}}

Good (main):

    smtp_accept_max_per_host = 10
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NAMES = ("smtp_accept_max_per_host", "smtp_active_hostname", "host_reject_connection")


@rule("expansion-in-daemon-loop", group="performance", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Lookups, programs and sockets in such options."""
    for use in survey.of("main", *NAMES):
        for node in use.nodes if use.constant is None else ():
            slow = isinstance(node, tree.Lookup) or (isinstance(node, tree.Item) and node.name in ("run", "readsocket", "perl"))
            if slow:
                yield use.finding(node.span, "the daemon waits for this before it takes the next connection")
