"""Anybody may start deliveries by ETRN.

With `smtp_etrn_command` anybody runs a command.

Bad (main):

    acl_smtp_etrn = acl_check_etrn
    smtp_etrn_command = /bin/true $domain

Good (main):

    acl_smtp_etrn = ${if match_ip{$sender_host_address}{192.0.2.0/24}{accept}{deny}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.phases import named_acls
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("etrn-open", group="security", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`acl_smtp_etrn` that names an ACL in which no host is looked at."""
    use = survey.main_use("acl_smtp_etrn")
    if use is None or use.constant is None:
        return
    statements = [one for name in named_acls(use, survey.config, whole=True) for one in survey.config.acls[name].statements]
    names = {node.name for one in statements for node in one.conditions}
    open_to_all = not statements or any(one.verb == "accept" for one in statements)
    if open_to_all and not names & {"hosts", "authenticated", "condition", "acl", "encrypted"}:
        yield use.finding(use.whole, "anybody may use ETRN", help="accept it from known hosts only")
