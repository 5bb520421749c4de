"""An ACL may come to its end, which means "deny".

An ACL of nothing but `warn` and `deny` refuses everything. (Those for QUIT and for the end of other connections have no
say.)

Bad (acldata):

    warn condition = yes

Good (acldata):

    warn condition = yes
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

SILENT = frozenset({"QUIT", "NOTQUIT"})
PASSING = ("accept", "discard")


@rule("acl-falls-through", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """ACLs that are named by an option and have no statement that accepts."""
    for acl in survey.config.acls.values():
        phases = survey.direct_phases[acl.name]
        if not phases or phases <= SILENT or not acl.statements:
            continue
        if not any(statement.verb in PASSING for statement in acl.statements):
            message = f"nothing in the ACL {acl.name} accepts: at its end stands an implicit deny"
            last = acl.statements[-1]
            yield Finding(message, last.text, last.span, "end it with accept")
