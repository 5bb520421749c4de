"""Mail to postmaster may be refused.

RFC 5321 wants it accepted at every domain, so that people can tell what is wrong: in front of what refuses.

Bad (acl):

    deny dnslists = zen.spamhaus.org
    accept domains = +local_domains
    deny

Good (acl):

    accept local_parts = postmaster
           domains = +local_domains
    deny dnslists = zen.spamhaus.org
    accept domains = +local_domains
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

SCREENS = ("dnslists", "spf", "spf_guess")


@rule("postmaster-not-accepted", group="delivery", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """ACLs of RCPT that refuse by lists of hosts, and nowhere speak of postmaster."""
    if survey.words["postmaster"] or survey.words["Postmaster"]:
        return
    for acl, _, statement in survey.statements:
        if "RCPT" not in survey.direct_phases.get(acl.name, ()) or statement.verb not in ("deny", "drop"):
            continue
        screen = next((node for node in statement.conditions if node.name in SCREENS), None)
        if screen is not None:
            message = "mail to postmaster is refused here, too"
            yield Finding(message, statement.text, statement.span, "accept local_parts = postmaster for local domains first")
            return
