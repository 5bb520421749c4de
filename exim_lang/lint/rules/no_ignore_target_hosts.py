"""A router follows the DNS to whatever address it says.

A domain may have 127.0.0.1 or a private address as its mail host; mail to it loops, or probes one's own network.

Bad (router):

    dns:
      driver = dnslookup
      transport = remote_smtp

Good (router):

    dns:
      driver = dnslookup
      transport = remote_smtp
      ignore_target_hosts = <; 0.0.0.0 ; 127.0.0.0/8 ; ::1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import routers
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("no-ignore-target-hosts", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`dnslookup` routers that hand over to a transport, without `ignore_target_hosts`."""
    for driver in routers(survey, "dnslookup"):
        if "ignore_target_hosts" not in driver.settings and "transport" in driver.settings:
            message = f"the router {driver.name} sends mail to any address that the DNS names"
            yield Finding(message, driver.line.text, driver.span, "add ignore_target_hosts = <; 0.0.0.0 ; 127.0.0.0/8 ; ::1")
