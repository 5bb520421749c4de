r"""The names of messages have 23 characters.

Until 4.97 they had 16; expressions and offsets that count on that fail.

Bad (exp):

    ${if match{$message_exim_id}{\N^\w{6}-\w{6}-\w{2}$\N}{y}{n}}

Bad (exp):

    ${substr_0_16:$message_exim_id}

Good (exp):

    ${if match{$message_exim_id}{\N^\w{6}-\w{6}(\w{5})?-\w{2}(\w{2})?$\N}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

OLD = re.compile(r"\{6\}-[^{}]*\{6\}-[^{}]*\{2\}")
NAMES = ("message_exim_id", "message_id")


@rule("message-id-length", group="upgrade", severity="warning", since="4.97")
def check(survey: Survey) -> Iterator[Finding]:
    """Expressions of the old form, and offsets beyond what was the end."""
    for use, node in survey.tests("match"):
        subject = node.arguments[0].parts if len(node.arguments) > 1 else ()
        named = any(isinstance(part, tree.Variable) and part.name in NAMES for part in subject)
        if named and OLD.search(use.source(node.arguments[1].span)):
            yield use.finding(node.arguments[1].span, "this is the form that names of messages had before 4.97")
    for use, operator in survey.operators("substr", "s", "length", "l"):
        first = operator.operand.parts[0] if operator.operand.parts else None
        if isinstance(first, tree.Variable) and first.name in NAMES and re.search(r"_16\b", operator.name):
            yield use.finding(operator.span, "names of messages have 23 characters")
