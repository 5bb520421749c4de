"""What the sender wrote stands in the query of a lookup, and nothing quotes it.

A sender address like `x'OR'1'='1@example.org` rewrites the SQL statement, the LDAP filter or the Redis command. Exim 4.96 and
later write `tainted search query is not properly quoted` into the log and do the lookup all the same.

Data that Exim takes for clean although it comes from outside (`$sender_ident`, the output of `${run`) is found, too; what
`${hash` or `${base64:` made of it is not, since it can do no harm.

Bad (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM bad WHERE addr='$sender_address'}}
    accept

Bad (main):

    domainlist virtual = pgsql;SELECT domain FROM domains WHERE domain='$domain'

Good (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM bad WHERE addr='${quote_mysql:$sender_address}'}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.queries import is_bare, is_open, parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.tables import HARMLESS, SQL
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.flow.queries import Query


@rule("unquoted-lookup-query", group="taint", severity="critical", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Parts of queries from outside that no quoting operator went over."""
    flow = survey.flow
    for query in queries(flow):
        if not query.quoter:
            continue
        for part, value in parts_of(flow, query):
            if not is_bare(value) or HARMLESS & set(value.steps):
                continue
            what = "the SQL statement" if query.type in SQL else "the query"
            message = f"tainted search query is not properly quoted: {value.source} can change {what}"
            if len(query.parts) == 1:
                help = f"quote {value.source} with quote_{query.type} where the query is put together"
                yield query.use.finding(part.span, message, help=help, flow=way(value))
                continue
            quoted = _quoted(query, part)
            edit = query.use.edit(part.span, quoted)
            fix = Fix(f"quote it with quote_{query.type}", (edit,), safe=False) if edit is not None else None
            yield query.use.finding(part.span, message, help=f"write {quoted}", fix=fix, flow=way(value))


def _quoted(query: Query, part: tree.Part) -> str:
    """The part as it should be written, in quotes where a statement has none around it."""
    operator = f"quote_{query.type}"
    if query.quoter == "ldap" and query.prefix(part).count("?") < 3:
        operator = "quote_ldap_dn"
    quoted = f"${{{operator}:{query.use.source(part.span)}}}"
    return quoted if query.type not in SQL or is_open(query.prefix(part)) else f"'{quoted}'"
