"""Mail for one's own domains is accepted without asking whether the recipient exists.

Unknown recipients bounce later, to senders who are mostly forged.

Bad (acl):

    accept domains = +local_domains
    deny

Good (acl):

    accept domains = +local_domains
           verify = recipient
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition


@rule("no-recipient-verify", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """ACLs of RCPT that accept by named domains, and in which no `verify = recipient` stands before."""
    for name, phases in survey.direct_phases.items():
        if "RCPT" not in phases:
            continue
        verified = False
        for statement in survey.config.acls[name].statements:
            nodes = {node.name: node for node in statement.conditions if isinstance(node, Condition)}
            verify = nodes.get("verify")
            verified = verified or (verify is not None and verify.argument.string.startswith("recipient")) or "acl" in nodes
            domains = nodes.get("domains")
            if verified or statement.verb != "accept" or domains is None or domains.negated:
                continue
            if "+" in domains.argument.string and not nodes.keys() & {"hosts", "local_parts", "authenticated", "recipients"}:
                message = "recipients that do not exist are accepted here, and bounce later"
                yield Finding(message, domains.text, domains.span, "add verify = recipient")
