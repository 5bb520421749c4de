"""A variable of the message is set before there is a message.

`acl_m` variables are forgotten when a message begins; those that are to live as long as the connection begin with
`acl_c`.

Bad (aclconn):

    accept set acl_m_seen = 1

Good (aclconn):

    accept set acl_c_seen = 1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Modifier

BEFORE = frozenset({"CONNECT", "HELO", "AUTH", "STARTTLS"})


@rule("acl-m-lost", group="acl", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """`set acl_m..` in ACLs that run before MAIL only, of variables that are not used in the ACL itself."""
    for use in survey.of("acl", "set"):
        name = getattr(use.node, "variable", "")
        phases = survey.phases.get(getattr(use.owner, "name", ""), frozenset())
        if not name.startswith("acl_m") or not phases or not phases <= BEFORE or not isinstance(use.node, Modifier):
            continue
        if any(node.name == name and other.owner is use.owner for other, node in survey.nodes(tree.Variable)):
            continue
        at = use.node.text.string.find(name, use.node.span.start)
        edit = edit_of(use.node.text, Span(at, at + 5), "acl_c") if at >= 0 else None
        fix = Fix("write acl_c", (edit,), safe=False) if edit else None
        message = f"{name} is forgotten when the message begins"
        yield Finding(message, use.node.text, use.node.span, f"write acl_c{name[5:]}", fix)
