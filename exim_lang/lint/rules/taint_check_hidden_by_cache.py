"""A query without quoting is the same as an earlier one with it.

Exim looks whether a query is quoted only when it is not in the cache of lookups. Where the quoted one came first, and nothing
in the value had to be escaped, the other is never complained of: tests with harmless addresses do not see it.

Bad (acl):

    warn set acl_m_a = ${lookup sqlite{select '${quote_sqlite:$domain}'}}
         set acl_m_b = ${lookup sqlite{select '$domain'}}
    accept

Good (acl):

    warn set acl_m_a = ${lookup sqlite{select '${quote_sqlite:$domain}'}}
         set acl_m_b = ${lookup sqlite{select '${quote_sqlite:$domain}'}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.queries import is_bare, parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_QUOTING: Final = re.compile(r"\$\{quote_\w+:(\$\w+:?|\$\{\w+\})\}")


@rule("taint-check-hidden-by-cache", group="taint", severity="info", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Unquoted queries that an earlier quoted one is equal to when the quoting is taken away."""
    flow = survey.flow
    before: set[tuple[str, str]] = set()
    for query in queries(flow):
        source = " ".join(query.source.split())
        plain = _QUOTING.sub(r"\1", source)
        if plain != source:
            before.add((query.type, plain))
        elif query.quoter and (query.type, source) in before:
            for part, value in parts_of(flow, query):
                if is_bare(value):
                    message = "the cache of lookups hides from Exim that this is not quoted: the same query was quoted before"
                    help = f"quote it here, too: ${{quote_{query.type}:{query.use.source(part.span)}}}"
                    yield query.use.finding(part.span, message, help=help, flow=way(value))
