"""Braces do not balance, so that the string cannot be expanded.

Exim does not look at expansions when it starts: the daemon runs, and each command or delivery that reaches the string
fails with a temporary error (`451 Temporary local problem`).

Bad (acl):

    deny condition = ${if eq{$sender_helo_name}{localhost}
    accept

Good (acl):

    deny condition = ${if eq{$sender_helo_name}{localhost}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

BRACES = re.compile(r"brace|[{}]|curly|bracketing|too few arguments|Too many arguments|part did not start")
OTHERS = re.compile(
    r"^unknown|^lookup|^\"|^\$ not|^missing \{key\}|lookup file|could be header name|^each subcondition"
    r"|remaining string is '(and|or|&&|\|\|)"
)
"""What rules of their own speak of."""


@rule("unbalanced-braces", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Whatever Exim says about braces of strings that it expands."""
    for use, fault in survey.faults:
        message = fault.message.partition("\n")[0]
        if BRACES.search(message) and not OTHERS.search(fault.message):
            yield use.finding(fault.span, message)
