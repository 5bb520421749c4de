"""A program or a socket is waited for while a client is connected.

`${readsocket` takes a time-out and a text for failure; `${run` has none.

Bad (acl):

    deny condition = ${readsocket{/run/policy}{x}}
    accept

Good (acl):

    deny condition = ${readsocket{/run/policy}{x}{2s}{}{no}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("sync-external-call-in-acl", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`${readsocket` without a time-out and `${run` in ACLs of commands."""
    for use, node in survey.items("readsocket", "run"):
        if use.where == "acl" and (node.name == "run" or len(node.arguments) < 3):
            yield use.finding(node.span, f"the client waits until {node.name} is done")
