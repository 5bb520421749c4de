"""`time_eval` with a number without units.

Bad (exp):

    ${time_eval:5}

Good (exp):

    ${time_eval:5m}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.values import TIME


@rule("time-eval-units", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant operands that are no times."""
    for use, node in survey.operators("time_eval"):
        value = constant(node.operand)
        if value is not None and not TIME.fullmatch(value.strip()):
            message = f'string "{value}" is not an Exim time interval in "time_eval" operator'
            yield use.finding(node.operand.span, message, help="units are w, d, h, m and s")
