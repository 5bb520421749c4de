"""The server or the file of a lookup stands in the query, beside what the sender wrote.

The query is one string, so the name of the server is tainted with it: Exim 4.94 and later do not connect (`MySQL server
"127.0.0.1/d/u/p" is tainted`), whether the rest is quoted or not. Servers and files are options of the lookup type.

Bad (acl):

    warn set acl_m_x = ${lookup mysql{servers=127.0.0.1/d/u/p; SELECT a FROM t WHERE b='${quote_mysql:$domain}'}}
    accept

Bad (acl):

    warn set acl_m_x = ${lookup sqlite{/var/lib/x.db select a from t where b='${quote_sqlite:$domain}'}}
    accept

Good (acl):

    warn set acl_m_x = ${lookup mysql,servers=127.0.0.1/d/u/p{SELECT a FROM t WHERE b='${quote_mysql:$domain}'}}
    accept

Good (acl):

    warn set acl_m_x = ${lookup sqlite,file=/var/lib/x.db{select a from t where b='${quote_sqlite:$domain}'}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.queries import queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.taint import join
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

if TYPE_CHECKING:
    from exim_lang.lint.flow.queries import Query

_SERVERS: Final = re.compile(r"\s*servers\s*=\s*([^;\0]*);\s*", re.IGNORECASE)
_FILE: Final = re.compile(r"\s*(/[^\s\0]*)\s+")


@rule("server-spec-in-query", group="taint", severity="error", fix="yes", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Queries that begin with `servers=...;`, or with the file of an SQLite database, and are tainted."""
    flow = survey.flow
    for query in queries(flow):
        found = (_FILE if query.type == "sqlite" else _SERVERS).match(query.skeleton)
        if found is None or query.type not in ("mysql", "pgsql", "redis", "sqlite"):
            continue
        value = join([flow.of(query.use, part) for part in query.parts])
        if not value.tainted:
            continue
        option = f"{'file' if query.type == 'sqlite' else 'servers'}={found[1].strip()}"
        span = Span(query.span.start, query.span.start + len(found[0].rstrip()))
        what = "the file" if query.type == "sqlite" else "the server"
        message = f"{what} in the query is tainted by {value.source} behind it, and Exim refuses it"
        help = f"write {query.type},{option}"
        yield query.use.finding(span, message, help=help, fix=_fix(query, option, found.end()), flow=way(value))


def _fix(query: Query, option: str, length: int) -> Fix | None:
    use = query.use
    start = query.span.start
    at = use.text.string.rfind(query.written, 0, start)
    if at < 0 or "," in option:
        return None
    behind = at + len(query.written)
    edits = (use.edit(Span(behind, behind), f",{option}"), use.edit(Span(start, start + length), ""))
    first, second = edits
    return Fix("make it an option of the lookup", (first, second)) if first is not None and second is not None else None
