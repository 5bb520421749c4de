"""A number is compared with something that is none.

The expansion fails for text; an empty string counts as 0.

Bad (exp):

    ${if >{abc}{5}{y}{n}}

Good (exp):

    ${if >{12}{5}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.constants import argument, variables_in
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NUMBER = re.compile(r"\s*[+-]?(0[xX][0-9A-Fa-f]+|\d+)[KkMmGg]?\s*|\s*")
TEXT = ("domain", "local_part", "sender_address", "sender_helo_name", "sender_host_name", "sender_host_address", "spam_score")


@rule("numeric-compare-nonnumber", group="expansion", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant arguments that are no numbers, and variables that never are."""
    for use, sum in survey.operators("eval", "eval10"):
        for variable in variables_in(sum.operand):
            if variable.name == "spam_score":
                yield use.finding(variable.span, "$spam_score is no whole number", help="use $spam_score_int")
    for use, node in survey.tests("=", "==", "<", "<=", ">", ">="):
        for index, string in enumerate(node.arguments[:2]):
            value = argument(node, index)
            if value is not None and not NUMBER.fullmatch(value):
                yield use.finding(string.span, f'integer expected but "{value}" found', help="compare text with eq")
            elif len(string.parts) == 1 and isinstance(part := string.parts[0], tree.Variable) and part.name in TEXT:
                help = "use $spam_score_int" if part.name == "spam_score" else "compare text with eq"
                yield use.finding(part.span, f"${part.name} is no whole number", help=help)
