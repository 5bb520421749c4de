"""`partial-` or a default (`*`, `*@`) with a lookup that takes a query.

These are for lookups of a key in a file; Exim refuses them when it uses the list.

Bad (acl):

    accept domains = partial-mysql;SELECT 1
    deny

Good (acl):

    accept domains = mysql;SELECT 1
    deny
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

SQL = ("ibase", "mysql", "oracle", "pgsql", "sqlite")
QUERY = (*SQL, "dnsdb", "ldap", "ldapdn", "ldapm", "nisplus", "passwd", "redis", "whoson")


@rule("partial-on-query", group="lists", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Types of lookups in lists and in expansions."""
    for use, items in survey.lists():
        for item in items.items:
            if item.lookup is not None:
                yield from _look(use, item.pattern, item.lookup[0])
    for use, node in survey.nodes(tree.Lookup):
        yield from _look(use, node.span, node.type)


def _look(use: Use, span: Span, type: str) -> Iterator[Finding]:
    name = type.partition(",")[0]
    found = re.fullmatch(r"(partial\d*(?:\([^)]*\))?-)?(\w+)(\*@?)?", name)
    if found is None or found[2] not in QUERY or not (found[1] or found[3]):
        return
    at = use.text.string.find(name, span.start)
    where = Span(at, at + len(name)) if at >= 0 else span
    affix = found[1] or found[3]
    yield use.finding(where, f'"{affix}" is for lookups of keys, and {found[2]} takes a query', help=f"write {found[2]}")
