"""A whole header is used as if it were an address.

`From:` has names, comments and sometimes several addresses. `${address:...}` takes the address out of it, and is empty
when there is not exactly one.

Bad (exp):

    ${domain:$h_from:}

Good (exp):

    ${domain:${address:$h_from:}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NAMES = ("from", "sender", "reply-to", "to", "cc")


@rule("from-header-as-address", group="expansion", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Headers with addresses as operands of `domain` and `local_part`."""
    for use, node in survey.operators("domain", "local_part"):
        if node.name not in ("domain", "local_part") or len(node.operand.parts) != 1:
            continue
        part = node.operand.parts[0]
        if isinstance(part, tree.Header) and part.name.lower() in NAMES:
            edit = use.edit(part.span, f"${{address:{use.source(part.span)}}}")
            fix = Fix("take the address out of it", (edit,), safe=False) if edit else None
            message = f"$h_{part.name}: is a whole header, not an address"
            yield use.finding(part.span, message, help=f"write ${{address:$h_{part.name}:}}", fix=fix)
