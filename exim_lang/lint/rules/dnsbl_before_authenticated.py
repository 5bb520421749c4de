"""Black lists are asked before one's own users are accepted.

People who send from home have addresses that are listed; they are to be accepted first, by `authenticated` or by their
hosts.

Bad (acl):

    deny dnslists = zen.spamhaus.org
    accept authenticated = *
    accept hosts = +relay_from_hosts
    deny

Good (acl):

    accept authenticated = *
    accept hosts = +relay_from_hosts
    deny dnslists = zen.spamhaus.org
    accept domains = +local_domains
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition, Statement


@rule("dnsbl-before-authenticated", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`deny dnslists` with no other condition, in front of `accept authenticated`."""
    for acl in survey.config.acls.values():
        later = [one for one in acl.statements if one.verb == "accept" and _own(one)]
        for statement in acl.statements:
            names = {node.name for node in statement.conditions if isinstance(node, Condition)}
            if statement.verb not in ("deny", "drop", "defer") or "dnslists" not in names:
                continue
            if names & {"hosts", "authenticated", "condition", "acl", "senders"} or not later:
                continue
            if acl.statements.index(statement) < acl.statements.index(later[-1]):
                node = next(node for node in statement.conditions if node.name == "dnslists")
                message = f"one's own users are accepted later, in line {later[-1].place.line}"
                yield Finding(message, node.text, node.span, "accept authenticated users first, or add !authenticated = *")


def _own(statement: Statement) -> bool:
    return any(node.name == "authenticated" for node in statement.conditions)
