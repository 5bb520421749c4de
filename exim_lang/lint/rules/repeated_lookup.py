"""The same query is asked twice in one ACL.

An ACL variable keeps the answer: `set acl_m_x = ${lookup ...}`.

Bad (acl):

    deny domains = sqlite;SELECT 1
         condition = ${lookup sqlite{SELECT 1}}
    accept

Good (acl):

    warn set acl_m_one = ${lookup sqlite{SELECT 1}}
    deny condition = $acl_m_one
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

QUERIES = ("mysql", "pgsql", "sqlite", "ldap", "ldapm", "ldapdn", "redis", "oracle", "dnsdb")


@rule("repeated-lookup", group="performance", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Equal queries of one ACL, in lists and in expansions."""
    seen: dict[tuple[object, str, str], int] = {}
    for use in survey.uses:
        if use.where != "acl":
            continue
        for span, type, query in _queries(use):
            key = (use.owner, type, " ".join(query.split()))
            if key in seen:
                message = f"the same query as in line {seen[key]}: its answer could be kept"
                yield use.finding(span, message, help="set an ACL variable once")
            else:
                seen[key] = use.text.place(span.start).line


def _queries(use: Use) -> Iterator[tuple[Span, str, str]]:
    for item in use.items.items if use.items else ():
        if item.lookup is not None and item.lookup[0].partition(",")[0] in QUERIES:
            yield item.pattern, item.lookup[0].partition(",")[0], item.lookup[1]
    for node in use.nodes if "lookup" in use.text.string else ():
        if isinstance(node, tree.Lookup) and node.key is None and node.type.partition(",")[0] in QUERIES and node.arguments:
            yield node.span, node.type.partition(",")[0], use.source(node.arguments[0].span)
