"""`condition` is something that is no truth value.

It holds for `yes`, `true` and numbers other than 0, not for `no`, `false`, `0` and nothing; anything else is an error
that defers.

Bad (acl):

    deny condition = $local_part
    accept

Good (acl):

    deny condition = ${if eq{$local_part}{x}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

VALUE = re.compile(r"\s*(yes|true|no|false|[+-]?\d+|)\s*", re.IGNORECASE)
WRONG = re.compile(rb"[{}=<>&|]")
TEXT = re.compile(r"(local_part|domain|sender_(address|helo_name|host_name|host_address)|authenticated_id)\w*")


@rule("bad-condition-value", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant texts, variables that are names, and strings of `${if` that are no truth values."""
    for use in survey.of("acl", "condition"):
        parts = use.tree.parts
        value = use.constant
        if value is not None and not VALUE.fullmatch(value):
            yield use.finding(use.whole, f'invalid "condition" value "{value}"')
        elif value is None and any(isinstance(one, tree.Literal) and WRONG.search(one.value) for one in parts):
            yield use.finding(use.whole, "this is a text, whatever the values are, and no truth value", help="write ${if ...}")
        elif len(parts) == 1 and isinstance(first := parts[0], tree.Variable) and TEXT.fullmatch(first.name):
            yield use.finding(first.span, f"${first.name} is no truth value: this defers", help="compare it with something")
        elif len(parts) == 1 and isinstance(whole := parts[0], tree.If) and whole.stop is None:
            for string in whole.arguments[:2]:
                text = constant(string)
                if text is not None and not VALUE.fullmatch(text):
                    yield use.finding(string.span, f'invalid "condition" value "{text}"')
