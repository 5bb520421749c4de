"""A query is quoted with the operator of another kind of lookup.

What has to be escaped, and how, differs: a backslash that helps in MySQL is an ordinary character in SQLite. Exim notices and
logs `tainted search query is not properly quoted`. Types that share their quoting (ldap, ldapm, ldapdn) may share the operator.

Bad (main):

    domainlist vd = sqlite;select 1 from d where n='${quote_mysql:$domain}'

Good (main):

    domainlist vd = sqlite;select 1 from d where n='${quote_sqlite:$domain}'
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.queries import is_bare, parts_of, queries
from exim_lang.lint.flow.report import quoter_fix, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("wrong-quoter", group="taint", severity="error", fix="yes", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoted parts of queries whose quoting is not that of the lookup type."""
    flow = survey.flow
    for query in queries(flow):
        if not query.quoter:
            continue
        right = f"quote_{query.type}"
        for part, value in parts_of(flow, query):
            if is_bare(value) or value.quoters <= {query.quoter}:
                continue
            wrong = ", ".join(f"quote_{name}" for name in sorted(value.quoters - {query.quoter}))
            message = f"tainted search query is not properly quoted: {wrong} is not the quoting of {query.type}"
            yield query.use.finding(part.span, message, help=f"use {right}", fix=quoter_fix(query, part), flow=way(value))
