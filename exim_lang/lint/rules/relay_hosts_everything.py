"""Every host may relay.

A list of hosts that may send anywhere matches all of the Internet, or a large part of it.

Bad (main):

    hostlist relay_from_hosts = *

Good (main):

    hostlist relay_from_hosts = <; 127.0.0.1 ; ::1 ; 10.1.0.0/16
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import relay_paths
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("relay-hosts-everything", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """The items of lists of hosts by which a statement accepts for every domain."""
    for path in relay_paths(survey):
        domains = any(node.name == "domains" for node in path.statement.conditions)
        for _, reason in path.by("hosts"):
            if reason.text is not None and not reason.choice and not path.choices and not domains:
                message = "every host matches this, and may send mail anywhere"
                yield Finding(message, reason.text, reason.span, "name the networks of your own", witness=survey.relay_witness)
