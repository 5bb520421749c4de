"""The server or the file of a query stands in the query itself.

Since 4.94 they are options behind the type: `mysql,servers=...`, `sqlite,file=...`; since 4.98 the old way is
complained about.

Bad (exp):

    ${lookup sqlite{/var/db/x.db SELECT 1}}

Bad (exp):

    ${lookup mysql{servers=other; SELECT 1}}

Good (exp):

    ${lookup sqlite,file=/var/db/x.db{SELECT 1}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

FILE = re.compile(r"\s*(/\S+)\s+")
SERVERS = re.compile(r"\s*servers\s*=\s*([^;]*?)\s*;\s*")


@rule("obsolete-lookup-syntax", group="upgrade", severity="warning", fix="partial", since="4.98")
def check(survey: Survey) -> Iterator[Finding]:
    """Queries that begin with a file or with servers."""
    for use, node in survey.nodes(tree.Lookup):
        if node.key is not None or not node.arguments or "," in node.type:
            continue
        span = node.arguments[0].span
        source = use.source(span)
        found = (FILE if node.type == "sqlite" else SERVERS).match(source)
        if found is None or node.type not in ("sqlite", "mysql", "pgsql", "redis"):
            continue
        option = "file" if node.type == "sqlite" else "servers"
        type_at = use.text.string.rindex(node.type, node.span.start, span.start)
        edits = (
            use.edit(Span(type_at, type_at + len(node.type)), f"{node.type},{option}={found[1]}"),
            use.edit(Span(span.start, span.start + found.end()), ""),
        )
        given = tuple(edit for edit in edits if edit)
        fix = Fix("make it an option", given, safe=False) if len(given) == 2 and "$" not in found[1] else None
        where = Span(span.start + found.start(1), span.start + found.end(1))
        yield use.finding(where, "this belongs behind the type of the lookup", help=f"{node.type},{option}={found[1]}", fix=fix)
