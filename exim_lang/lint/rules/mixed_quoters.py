"""A query is quoted with several operators.

To Exim the string is quoted the way its last part is, and it does not look at the others: the part with the operator of another
kind of lookup can break out of its quotes, and nothing is logged.

Bad (acl):

    deny condition = ${lookup pgsql{SELECT 1 FROM b WHERE a='${quote_mysql:$sender_address}' AND c='${quote_pgsql:$domain}'}}
    accept

Good (acl):

    deny condition = ${lookup pgsql{SELECT 1 FROM b WHERE a='${quote_pgsql:$sender_address}' AND c='${quote_pgsql:$domain}'}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.queries import is_bare, parts_of, queries
from exim_lang.lint.flow.report import quoter_fix, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("mixed-quoters", group="taint", severity="critical", fix="partial", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Queries whose parts are quoted for different types."""
    flow = survey.flow
    for query in queries(flow):
        quoted = [(part, value) for part, value in parts_of(flow, query) if not is_bare(value)]
        labels = {name for _, value in quoted for name in value.quoters}
        if not query.quoter or len(labels) < 2:
            continue
        for part, value in quoted:
            if not value.quoters <= {query.quoter}:
                names = " and ".join(f"quote_{name}" for name in sorted(labels))
                message = f"{names} in one query: Exim sees the last one only"
                help = f"use quote_{query.type} everywhere"
                yield query.use.finding(part.span, message, help=help, fix=quoter_fix(query, part, safe=False), flow=way(value))
