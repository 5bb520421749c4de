"""An ACL that nothing refers to.

Bad (aclsec):

    acl_unused:
      accept

Good (aclsec):

    acl_used:
      accept
    acl_check_rcpt:
      accept acl = acl_used
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("unused-acl", group="names", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """ACLs whose names stand nowhere else."""
    for acl in survey.config.acls.values():
        if survey.words[acl.name] <= 1 and acl.name:
            yield Finding(f"nothing refers to the ACL {acl.name}", acl.text, acl.span)
