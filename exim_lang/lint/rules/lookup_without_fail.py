"""A lookup that finds nothing gives an empty string, where that is a value like any other.

`{$value}fail` makes the whole expansion fail, so that the router or authenticator declines; a second string says what
to take instead.

Bad (router):

    r1:
      driver = accept
      address_data = ${lookup{x}lsearch{/etc/passwd}}
      transport = local_delivery

Bad (exp):

    ${lookup{x}lsearch{/etc/passwd}}

Good (exp):

    ${lookup{x}lsearch{/etc/passwd}{$value}fail}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

CHANGES = re.compile(r"\{\s*(insert|update|delete|replace)\s", re.IGNORECASE)
GUARDS = (
    "add_header", "condition", "data", "debug_print", "headers_add", "logwrite", "route_data", "server_condition", "subject",
    "text",
)  # fmt: skip


@rule("lookup-without-fail", group="expansion", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Lookups without strings of their own that are, or are part of, a value that is stored or used as a name."""
    for use in survey.uses:
        if use.name in GUARDS or not use.expanded or use.list_kind is not None or "lookup" not in use.text.string:
            continue
        for part in use.tree.parts:
            if isinstance(part, tree.Lookup) and len(part.arguments) == 1 and not part.fail and part.stop is None:
                if CHANGES.search(use.source(part.span)):
                    continue
                edit = use.edit(Span(part.span.end - 1, part.span.end), "{$value}fail}")
                fix = Fix("make it fail when nothing is found", (edit,), safe=False) if edit else None
                message = "this is empty when nothing is found"
                yield use.finding(part.span, message, help="add {$value}fail, or a string for that case", fix=fix)
