"""What the sender wrote is the query of a lookup that has no quoting.

The types dnsdb, passwd, psl, readsock, spf and ldapauth have no quoting operator, so Exim checks nothing. In a dnsdb query a
blank, a colon or a `>` changes what is asked, and the answer is not what the condition wanted to know.

Bad (acl):

    warn set acl_m_x = ${lookup dnsdb{txt=$sender_helo_name}}
    accept

Good (acl):

    warn condition = ${if match{$sender_helo_name}{\\N^[\\w.-]+$\\N}}
         set acl_m_x = ${lookup dnsdb{txt=$sender_helo_name}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.queries import parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.tables import UNQUOTABLE
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.flow.queries import Query

_SAFE = frozenset(("sender_address_domain", "domain", "sender_host_name"))
"""Variables that a lookup in the DNS can take as they are: Exim has looked at their syntax."""


@rule("no-quoter-lookup-with-taint", group="taint", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Unchecked parts of queries of types without quoting."""
    flow = survey.flow
    for query in queries(flow):
        if query.type not in UNQUOTABLE:
            continue
        for part, value in parts_of(flow, query):
            name = value.source.lstrip("$")
            if (query.type == "dnsdb" and name in _SAFE) or value.source == "the DNS" or _is_checked(survey, query, name):
                continue
            message = f"{query.type} has no quoting, and nothing checks {value.source} before it is looked up"
            help = f"check it first: match{{{query.use.source(part.span)}}}{{\\N^[\\w.-]+$\\N}}"
            yield query.use.finding(part.span, message, help=help, flow=way(value))


def _is_checked(survey: Survey, query: Query, name: str) -> bool:
    """Whether a regular expression looks at the variable in the same value, or in the same ACL statement."""
    uses = [query.use]
    if query.use.statement is not None:
        uses = [survey.use_of(node) for node in query.use.statement.conditions]
    for use in uses:
        for node in use.nodes:
            if isinstance(node, tree.Test) and node.name == "match" and name in use.source(node.span):
                return True
    return False
