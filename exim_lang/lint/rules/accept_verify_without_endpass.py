"""`accept` with a verification that fails goes on with the next statement.

Without `endpass` a recipient that does not exist is not refused here, and a later statement may accept it.

Bad (acl):

    accept domains = +local_domains
           verify = recipient
    accept

Good (acl):

    accept domains = +local_domains
           endpass
           verify = recipient
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import always_decides, behind
from exim_lang.lint.survey import Survey


@rule("accept-verify-without-endpass", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`verify = recipient` behind other conditions of `accept`, in front of a statement that accepts without verifying."""
    for acl, _, statement in survey.statements:
        names = [node.name for node in statement.conditions]
        if statement.verb != "accept" or "endpass" in names or "verify" not in names[1:]:
            continue
        verify = statement.conditions[names.index("verify", 1)]
        if not verify.argument.string.startswith("recipient"):
            continue
        if any(one.verb == "accept" and always_decides(one) for one in behind(acl, statement)):
            message = "a recipient that fails here goes on to the next statement, and is accepted further down"
            yield Finding(message, verify.text, verify.span, "put endpass in front, or require verify = recipient")
