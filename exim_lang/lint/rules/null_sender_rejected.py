"""Mail with the empty sender is refused.

Bounces and callouts have it; a host that refuses it breaks both, and is listed for it.

Bad (acl):

    deny senders = :
    accept

Good (acl):

    deny senders = :
         condition = ${if >{$recipients_count}{1}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.statements import tests
from exim_lang.lint.survey import Survey

EMPTY = re.compile(
    r"\$\{if\s*eqi?\s*\{\$sender_address\}\s*\{\}(\s*\{(yes|true|1)\}.*)?\s*\}"
    r"|\$\{if\s*!\s*def:sender_address\s*\}"
)


@rule("null-sender-rejected", group="delivery", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Refusals whose only condition is `senders = :`, or that the sender is empty."""
    for use in survey.of("acl", "condition"):
        statement = use.statement
        if statement is None or statement.verb not in ("deny", "drop") or len(tests(statement)) != 1:
            continue
        if EMPTY.fullmatch(use.text.string.strip()) and not getattr(use.node, "negated", False):
            yield use.finding(use.whole, "this refuses all bounces")
    for use in survey.of("acl", "senders"):
        statement = use.statement
        if statement is None or statement.verb not in ("deny", "drop") or use.text.string.strip() != ":":
            continue
        if len(tests(statement)) == 1 and not getattr(use.node, "negated", False):
            yield use.finding(use.whole, "this refuses all bounces")
