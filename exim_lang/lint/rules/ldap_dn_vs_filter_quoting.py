"""A distinguished name is quoted as a filter, or a filter as a distinguished name.

In an LDAP URL `ldap://host/DN?attributes?scope?filter` the rules differ: a comma must be escaped in a DN and a parenthesis in a
filter. Exim counts both operators as the same and does not notice.

Bad (main):

    acl_smtp_rcpt = ${lookup ldap{ldap:///uid=${quote_ldap:$local_part},dc=x?mail}}

Good (main):

    acl_smtp_rcpt = ${lookup ldap{ldap:///uid=${quote_ldap_dn:$local_part},dc=x?mail}}

Good (main):

    acl_smtp_rcpt = ${lookup ldap{ldap:///dc=x?mail?sub?(uid=${quote_ldap:$local_part})}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.queries import queries
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

_URL: Final = re.compile(r"ldap[is]?://[^/]*/", re.IGNORECASE)


@rule("ldap-dn-vs-filter-quoting", group="taint", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """`quote_ldap` in front of the first question mark of a URL, `quote_ldap_dn` behind the third."""
    for query in queries(survey.flow):
        if query.quoter != "ldap":
            continue
        text = query.skeleton
        url = _URL.search(text)
        for part in query.parts:
            if url is None or not isinstance(part, tree.Operator) or part.span.start - query.span.start < url.end():
                continue
            marks = text.count("?", url.end(), part.span.start - query.span.start)
            _, _, option = part.name.partition("_")[2].partition("_")
            if part.name.startswith("quote_ldap") and ((marks == 0 and not option) or (marks == 3 and option == "dn")):
                right, what = ("quote_ldap_dn", "a DN") if marks == 0 else ("quote_ldap", "a filter")
                start = part.span.start + query.use.source(part.span).index(part.name)
                span = Span(start, start + len(part.name))
                edit = query.use.edit(span, right)
                fix = Fix(f"write {right}", (edit,)) if edit is not None else None
                yield query.use.finding(span, f"{part.name} is not how {what} is quoted", help=f"use {right}", fix=fix)
