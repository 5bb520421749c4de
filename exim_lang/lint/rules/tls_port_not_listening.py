"""A port for TLS from the start on which Exim does not listen.

`tls_on_connect_ports` says what kind a port is; what the daemon listens on is in `daemon_smtp_ports` or
`local_interfaces`.

Bad (main):

    tls_on_connect_ports = 465

Good (main):

    tls_on_connect_ports = 465
    daemon_smtp_ports = 25 : 465 : 587
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NAMES = {"smtps": "465", "ssmtp": "465", "submissions": "465", "smtp": "25", "submission": "587"}


@rule("tls-port-not-listening", group="options", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant ports of tls_on_connect_ports that neither option has."""
    use = survey.main_use("tls_on_connect_ports")
    daemon = survey.main_use("daemon_smtp_ports") or survey.main_use("daemon_smtp_port")
    interfaces = survey.main_use("local_interfaces")
    if use is None or use.items is None:
        return
    if (daemon is not None and daemon.constant is None) or (interfaces is not None and interfaces.constant is None):
        return
    listening = set(re.findall(r"[a-z]+|\d+", daemon.text.string)) if daemon else {"25"}
    if interfaces is not None:
        listening |= set(re.findall(r"[.\]:](\d+)", interfaces.text.string))
    ports = {NAMES.get(port, port) for port in listening}
    for item in use.items.items:
        port = NAMES.get(item.text, item.text)
        if port and item.constant and port not in ports:
            yield use.finding(item.pattern, f"Exim does not listen on port {item.text}", help="add it to daemon_smtp_ports")
