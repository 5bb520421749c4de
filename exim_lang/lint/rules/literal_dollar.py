r"""A "$" that stands for itself has no backslash in front of it.

Exim takes it for the begin of a variable, and cannot expand the string. `client_send` also needs `^^` for `^`, and its
colons doubled.

Bad (exp):

    pa$$word

Good (exp):

    pa\$\$word
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("literal-dollar", group="expansion", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """A "$" with nothing behind it that could follow, outside of regular expressions."""
    for use, node in survey.nodes(tree.Bad):
        if node.text != "$" or _in_regex(use, node.span.start):
            continue
        end = node.span.start + 1
        while use.text.string[end : end + 1] == "$":
            end += 1
        span = Span(node.span.start, end)
        edit = use.edit(span, r"\$" * (end - node.span.start))
        fix = Fix("put a backslash in front", (edit,)) if edit else None
        yield use.finding(span, "$ not followed by letter, digit, or {", help=r"write \$", fix=fix)


def _in_regex(use: Use, at: int) -> bool:
    for node in use.nodes:
        if isinstance(node, tree.Test | tree.Item) and node.name in ("match", "sg") and len(node.arguments) > 1:
            span = node.arguments[1].span
            if span.start <= at < span.end:
                return True
    return use.list_kind is not None and "^" in use.text.string
