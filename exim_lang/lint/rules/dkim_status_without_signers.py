"""`dkim_status` in the DATA ACL, which has it since 4.98 only, or without saying whose signature.

Any valid signature, of whomever, makes `dkim_status = pass`.

Bad (acldata, 4.96):

    deny dkim_status = fail
    accept

Good (acldkim, 4.96):

    deny dkim_signers = example.org
         dkim_status = fail
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dkim-status-without-signers", group="acl", severity="info", until="4.98")
def check(survey: Survey) -> Iterator[Finding]:
    """`dkim_status` without `dkim_signers` in the same statement."""
    for use in survey.of("acl", "dkim_status"):
        names = {node.name for node in (use.statement.conditions if use.statement else ())}
        if "dkim_signers" not in names:
            yield use.finding(use.whole, "this is about the signature of anybody", help="add dkim_signers")
