"""`tr` with a range, which it does not know.

Each character of the second string is replaced by the one at its place in the third; "-" stands for itself.

Bad (exp):

    ${tr{abc}{a-c}{x}}

Good (exp):

    ${tr{abc}{abc}{x}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.constants import argument
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

RANGE = re.compile(r"([a-z])-([a-z])|([A-Z])-([A-Z])|(\d)-(\d)")


@rule("tr-is-not-range", group="expansion", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant strings that look like ranges."""
    for use, node in survey.items("tr"):
        value = argument(node, 1)
        found = RANGE.search(value or "")
        if found is not None and found[0][0] < found[0][2]:
            message = f'"{found[0]}" is three characters, not a range'
            yield use.finding(node.arguments[1].span, message, help="write all characters, or use lc or uc")
