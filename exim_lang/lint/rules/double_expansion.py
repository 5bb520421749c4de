"""What the sender wrote is expanded.

A `${run{..}}` in a subject would be done. Exim 4.93 and later refuse: `attempt to expand tainted string`, and the expansion
fails; what came through a program or a socket it does not recognise.

Bad (exp):

    ${expand:$h_subject:}

Good (exp):

    ${expand:${lookup{$sender_address_domain}lsearch{/etc/exim4/greetings}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.report import way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("double-expansion", group="taint", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Operands of `${expand:` that come from outside."""
    flow = survey.flow
    for use, node in survey.operators("expand"):
        for part in leaves(node.operand.parts):
            value = flow.of(use, part)
            if value.outside:
                message = f"attempt to expand tainted string: {value.source} comes from outside"
                yield use.finding(part.span, message, help="never expand data from outside", flow=way(value))
