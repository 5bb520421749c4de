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
from exim_lang.lint.uses import Use
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl

SIZES = ("message_size", "message_body_size")


@rule("scan-without-size-limit", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`spam` in statements, or behind statements, that do not look at the size."""
    sizes = [use for use, node in survey.nodes(tree.Variable) if use.where == "acl" and node.name in SIZES]
    scanned = [*survey.of("acl", "spam"), *(survey.of("acl", "malware") if sizes else ())]
    for use in scanned:
        if any(one.statement is use.statement or (one.owner is use.owner and _ends_before(one, use)) for one in sizes):
            continue
        yield use.finding(use.whole, "messages of any size are scanned", help="condition = ${if <{$message_size}{500K}}")


def _ends_before(size: Use, scan: Use) -> bool:
    """Whether a statement in front of the scan accepts, or skips, what is too long."""
    if size.statement is None or scan.statement is None or not isinstance(size.owner, Acl):
        return False
    order = list(size.owner.statements)
    return size.statement.verb in ("accept", "warn") and order.index(size.statement) < order.index(scan.statement)
