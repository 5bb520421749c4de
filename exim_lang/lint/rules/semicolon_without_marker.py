"""Items are separated by semicolons in a list that does not begin with `<;`.

Bad (main):

    hostlist relay_from_hosts = 127.0.0.1 ; 10.0.0.0/8

Good (main):

    hostlist relay_from_hosts = <; 127.0.0.1 ; 10.0.0.0/8
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history
from exim_lang.source.text import Span

WORD = re.compile(r"[!+]?[A-Za-z0-9*@._:/-]+")


@rule("semicolon-without-marker", group="lists", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists separated by colons, in which semicolons stand between words that are no lookup types."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        if items.changed or ";" not in use.text.string or "$" in use.text.string:
            continue
        for item in items.items:
            first, mark, _ = item.text.partition(";")
            if not mark or not re.match(r".*\s;|\s", first + ";") or _is_lookup(first):
                continue
            words = [word.strip() for word in item.text.split(";")]
            if all(WORD.fullmatch(word) for word in words if word) and len(words) > 1:
                edit = use.edit(Span(0, 0), "<; ") if len(items.items) == 1 else None
                fix = Fix("begin the list with <;", (edit,), safe=False) if edit else None
                yield use.finding(item.pattern, "semicolons separate nothing here", help="begin the list with <;", fix=fix)
                break


def _is_lookup(word: str) -> bool:
    name = word.strip().partition(",")[0].rpartition("-")[2].rstrip("*@")
    return history("lookup", name) is not None or "/" in word.strip()[:1]
