"""Anybody may send mail to anywhere through this host.

A statement of the ACL for RCPT accepts without asking who sends, or to which domain. Within hours such a host is found,
and listed.

Bad (acl):

    accept hosts = :
    accept

Good (acl):

    accept hosts = :
    require message = relay not permitted
            domains = +local_domains : +relay_to_domains
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.relay import relay_paths
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition


@rule("open-relay-accept", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Statements that accept with no condition on hosts and domains at all, and no choice of the sender's needed."""
    for path in relay_paths(survey):
        names = {node.name for node in path.statement.conditions if isinstance(node, Condition)}
        if not path.choices and not names & {"hosts", "domains"}:
            whom = "to these local parts at any domain" if "local_parts" in names else "to any domain"
            message = f"any host may send mail {whom} here: this is an open relay"
            help = "in front of it: require domains = +local_domains : +relay_to_domains"
            yield Finding(message, path.statement.text, path.statement.span, help, witness=survey.relay_witness)
