"""`message` of a `warn` statement that adds a header line.

`add_header` does that since 4.61; the old way is deprecated.

Bad (acl):

    warn message = X-Spam: maybe
    accept

Good (acl):

    warn add_header = X-Spam: maybe
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.acl_nodes import Modifier


@rule("warn-message-adds-header", group="acl", severity="warning", fix="yes", since="4.61")
def check(survey: Survey) -> Iterator[Finding]:
    """`message` in `warn`."""
    for use in survey.of("acl", "message"):
        node = use.node
        if use.statement is not None and use.statement.verb == "warn" and isinstance(node, Modifier):
            edit = edit_of(node.text, Span(node.span.start, node.span.start + len("message")), "add_header")
            fix = Fix("write add_header", (edit,)) if edit else None
            yield Finding("message of warn adds a header line", node.text, node.span, "write add_header", fix)
