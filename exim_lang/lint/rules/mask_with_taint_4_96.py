"""`${mask:` of what the sender wrote stops the process.

Exim 4.96 and 4.97 die with `Taint mismatch, Ustrncpy: string_is_ip_addressX` when the operand is tainted.

Bad (exp, 4.96):

    ${mask:$h_x-ip:}

Good (exp, 4.96):

    ${mask:$sender_host_address/24}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import culprits, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("mask-with-taint-4.96", group="taint", severity="info", since="4.96", until="4.98")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted operands of `${mask:`."""
    flow = survey.flow
    for use, node in survey.operators("mask"):
        for part, value in culprits(flow, use, node.operand.parts):
            message = f"Taint mismatch: {value.source} comes from outside, and this Exim dies of it"
            yield use.finding(part.span, message, help="upgrade", flow=way(value))
