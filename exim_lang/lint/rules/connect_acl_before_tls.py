"""The ACL for connections runs before TLS is there, also on ports where that comes first.

Before 4.97 it ran behind; `encrypted` and `$tls_in_*` in it are refused, or empty, now.

Bad (aclconn):

    accept encrypted = *

Good (aclhelo):

    accept encrypted = *
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("connect-acl-before-tls", group="upgrade", severity="warning", since="4.97")
def check(survey: Survey) -> Iterator[Finding]:
    """`encrypted` and variables of TLS in ACLs that run at connection time only."""
    for use in survey.uses:
        if use.where != "acl" or survey.phases.get(getattr(use.owner, "name", "")) != frozenset({"CONNECT"}):
            continue
        variables = [node for node in use.nodes if isinstance(node, tree.Variable)]
        tls = [node for node in variables if node.name.startswith(("tls_in_", "tls_cipher"))]
        if use.name == "encrypted" or tls:
            yield use.finding(tls[0].span if tls else use.whole, "there is no TLS yet when this ACL runs")
