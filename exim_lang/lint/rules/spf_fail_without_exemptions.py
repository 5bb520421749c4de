"""SPF refuses before one's own users and forwarders are accepted.

Bad (acl):

    deny spf = fail
    accept authenticated = *
    deny

Good (acl):

    accept authenticated = *
    deny spf = fail
    accept domains = +local_domains
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import behind, tests
from exim_lang.lint.survey import Survey


@rule("spf-fail-without-exemptions", group="delivery", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`deny spf` alone, in front of `accept authenticated`."""
    for acl, _, statement in survey.statements:
        names = [node.name for node in tests(statement)]
        if statement.verb in ("deny", "drop", "defer") and names == ["spf"]:
            later = [one for one in behind(acl, statement) if one.verb == "accept"]
            if any(node.name == "authenticated" for one in later for node in one.conditions):
                node = statement.conditions[0]
                yield Finding("one's own users are accepted later", node.text, node.span, "accept authenticated users first")
