r"""Local parts are expanded, with all rights, in 4.87 to 4.91.

CVE-2019-10149: `${run{...}}` in the local part of a recipient is run as root. An ACL that refuses such characters, or
verifies recipients, stops the simple form of it.

Bad (acl, 4.89):

    accept domains = +local_domains

Good (acl, 4.89):

    deny local_parts = \N^.*[${}].*$\N
    accept domains = +local_domains
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("run-local-part-cve", group="upgrade", severity="critical", since="4.87", until="4.92")
def check(survey: Survey) -> Iterator[Finding]:
    """`accept domains` with nothing before it that looks at local parts or verifies recipients."""
    for name, phases in survey.direct_phases.items():
        if "RCPT" not in phases:
            continue
        for statement in survey.config.acls[name].statements:
            names = {node.name for node in statement.conditions}
            if names & {"local_parts", "verify"}:
                break
            if statement.verb == "accept" and "domains" in names:
                node = next(node for node in statement.conditions if node.name == "domains")
                message = "local parts with ${run{...}} come through here, and are run as root (CVE-2019-10149)"
                yield Finding(message, node.text, node.span, r"upgrade; deny local_parts = \N^.*[${}].*$\N")
                break
