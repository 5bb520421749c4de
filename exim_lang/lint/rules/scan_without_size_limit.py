"""A scanner gets messages of any size.

Bad (acldata):

    warn spam = nobody:true
    accept

Good (acldata):

    warn condition = ${if <{$message_size}{500K}}
         spam = nobody:true
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("scan-without-size-limit", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`spam` in statements, or behind statements, that do not look at the size."""
    variables = {node.name for use, node in survey.nodes(tree.Variable) if use.where == "acl"}
    if variables & {"message_size", "message_body_size"}:
        return
    for use in survey.of("acl", "spam"):
        yield use.finding(use.whole, "messages of any size are scanned", help="condition = ${if <{$message_size}{500K}}")
