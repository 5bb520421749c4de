"""A value is changed after it was quoted.

What `${sg`, `${tr`, `${substr`, `${base64d:` do to a quoted value can bring a quote back, or cut an escape in two. For Exim the
result is still quoted, and it does not complain.

Bad (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM b WHERE a='${sg{${quote_mysql:$sender_address}}{_}{'}}'}}
    accept

Good (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM b WHERE a='${quote_mysql:${sg{$sender_address}{_}{'}}}'}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.flow import flow_of
from exim_lang.lint.flow.queries import is_bare, parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.tables import CUTTING, quoter_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("transform-after-quote", group="taint", severity="critical", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoted parts of queries that something went over after the quoting."""
    flow = flow_of(survey)
    for query in queries(flow):
        for part, value in parts_of(flow, query):
            last = max((number for number, step in enumerate(value.steps) if quoter_of(step)), default=None)
            if is_bare(value) or last is None:
                continue
            after = [step for step in value.steps[last + 1 :] if step in CUTTING]
            if after:
                message = f"${{{after[0]}...}} after {value.steps[last]} can undo the quoting of {value.source}"
                yield query.use.finding(part.span, message, help="transform first, quote last", flow=way(value))
