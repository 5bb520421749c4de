"""TCP wrappers are gone: what hosts.deny says does not count any more.

Bad (main):

    tcp_wrappers_daemon_name = exim

Good (main):

    host_reject_connection = 192.0.2.0/24
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tcp-wrappers-removed", group="upgrade", severity="error", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """The option."""
    for one in survey.absent:
        if one.name == "tcp_wrappers_daemon_name":
            yield one.finding(help="host_reject_connection, or a firewall")
