"""VRFY or EXPN is answered, which tells strangers who has mail here.

Bad (main):

    acl_smtp_expn = acl_check_rcpt

Good (acl):

    accept hosts = +relay_from_hosts
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.phases import named_acls
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import always_decides
from exim_lang.lint.survey import Survey


@rule("vrfy-expn-open", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """The options, unless the first statement of their ACL looks at the host."""
    for use in survey.of("main", "acl_smtp_vrfy", "acl_smtp_expn"):
        statements = [one for name in named_acls(use, survey.config, whole=True) for one in survey.config.acls[name].statements]
        if statements and not any(one.verb == "accept" and always_decides(one) for one in statements):
            continue
        if (use.constant or "x").strip() not in ("deny", ""):
            yield use.finding(use.whole, f"{use.name[9:].upper()} tells anybody who has mail here", help="restrict it by hosts")
