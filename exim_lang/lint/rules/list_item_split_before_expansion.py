"""A colon inside an expansion of an option that is taken apart before it is expanded.

`require_files` and `headers_remove` are split at colons first, each item is expanded by itself: `${lc:$local_part}` is
torn into two halves. Double the colon, or change the separator.

Bad (router):

    r1:
      driver = accept
      require_files = /lists/${lc:$local_part_data}/config
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      require_files = <; /lists/${lc:$local_part_data}/config
      transport = local_delivery
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

SEPARATORS = {"require_files": ":", "headers_remove": ":", "set": ";"}


@rule("list-item-split-before-expansion", group="lists", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Single separators between the braces of such options."""
    for use in (*survey.of("router", *SEPARATORS), *survey.of("transport", "headers_remove")):
        string = use.text.string
        mark = SEPARATORS[use.name]
        if re.match(r"\s*<", string) or "{" not in string:
            continue
        at = _inside(string, mark)
        if at is None:
            continue
        edit = use.edit(Span(at, at + 1), mark * 2)
        fix = Fix(f"double the {mark}", (edit,), safe=False) if edit else None
        message = f'{use.name} is split at "{mark}" before it is expanded, here in the middle of an expansion'
        yield use.finding(Span(at, at + 1), message, help=f"write {mark * 2}, or begin with < and another separator", fix=fix)


def _inside(string: str, mark: str) -> int | None:
    """Where the first separator that is not doubled stands between braces."""
    depth = 0
    at = 0
    while at < len(string):
        char = string[at]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        elif char == mark:
            if string[at + 1 : at + 2] == mark:
                at += 1
            elif depth > 0:
                return at
            else:
                depth = 0
        at += 1
    return None
