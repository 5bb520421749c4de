"""A number with a leading zero in `eval` is octal.

`${eval:010}` is 8; `eval10` takes all numbers as decimal.

Bad (exp):

    ${eval:010}

Good (exp):

    ${eval10:010}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

OCTAL = re.compile(r"(?<![\w.])0\d+")
PART = re.compile(r"(substr|s|length|l)_")


@rule("eval-octal", group="expansion", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Such numbers in operands of `eval`, and substrings of dates and times."""
    for use, node in survey.operators("eval"):
        if node.name != "eval":
            continue
        for part in node.operand.parts:
            if isinstance(part, tree.Literal) and (found := OCTAL.search(part.value.decode("latin-1"))):
                yield use.finding(part.span, f"{found[0]} is an octal number here", help="write eval10")
            elif isinstance(part, tree.Operator) and PART.match(part.name) and "tod_" in use.source(part.span):
                message = "a leading zero makes this an octal number: 08 and 09 are errors"
                yield use.finding(part.span, message, help="write eval10")
