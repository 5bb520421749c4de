"""An ACL is named that does not exist.

Exim takes the name for the text of an ACL when it comes to use it, does not understand it, and answers every command
with a temporary error (`unknown ACL verb "acl_check_rctp"`).

Bad (main):

    acl_smtp_rcpt = acl_check_rctp

Good (main):

    acl_smtp_rcpt = acl_check_rcpt
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.phases import OPTIONS
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import VERBS

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*[;,:]?")


@rule("undefined-acl", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant names in the options and conditions that name ACLs, and in `${acl{..}}`."""
    for use in (*survey.of("main", *OPTIONS), *survey.of("acl", "acl")):
        name = (use.constant or "").strip().split(None, 1)[0:1]
        if name and "\n" not in use.text.string:
            yield from _look(survey, use, Span(*_begin(use, name[0])), name[0])
    calls: list[tuple[Use, tree.Item | tree.Test]] = [*survey.items("acl"), *survey.tests("acl")]
    for use, node in calls:
        first = node.arguments[0] if node.arguments else None
        if first and len(first.parts) == 1 and isinstance(part := first.parts[0], tree.Literal):
            yield from _look(survey, use, part.span, part.value.decode("latin-1").strip())


def _begin(use: Use, name: str) -> tuple[int, int]:
    start = use.text.string.find(name)
    return (start, start + len(name)) if start >= 0 else tuple(use.whole)  # type: ignore[return-value]


def _look(survey: Survey, use: Use, span: Span, name: str) -> Iterator[Finding]:
    if NAME.fullmatch(name) and name not in survey.config.acls and name not in VERBS:
        guess = similar(name, survey.config.acls)
        yield use.finding(span, f'there is no ACL "{name}"', help=f"did you mean {guess}?" if guess else "")
