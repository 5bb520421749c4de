"""Nothing ends a connection that tries one recipient after the other.

Those who guess addresses can go on for ever. `drop` with `$rcpt_fail_count`, or `ratelimit`, stops them.

Bad (acl):

    accept domains = +local_domains
      verify = recipient
    deny

Good (acl):

    drop condition = ${if >{$rcpt_fail_count}{3}}
    accept domains = +local_domains
      verify = recipient
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

GUARDS = ("rcpt_fail_count", "rcpt_count", "rcpt_defer_count")


@rule("unused-recipient-limit", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """ACLs of RCPT that verify recipients, where nothing in the configuration looks at the number of failures."""
    if survey.of("acl", "ratelimit") or survey.main("smtp_max_synprot_errors") is not None:
        return
    if any(node.name in GUARDS for _, node in survey.nodes(tree.Variable)):
        return
    for use in survey.of("acl", "verify"):
        phases = survey.direct_phases.get(getattr(use.owner, "name", ""), frozenset())
        if "RCPT" in phases and use.text.string.startswith("recipient"):
            yield use.finding(use.whole, "a client may try as many recipients as it likes", help="look at $rcpt_fail_count")
            return
