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
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.queries import is_bare, parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.tables import CUTTING, quoter_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

if TYPE_CHECKING:
    from exim_lang.lint.flow.queries import Query


@rule("transform-after-quote", group="taint", severity="critical", fix="partial", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoted parts of queries that something went over after the quoting."""
    flow = survey.flow
    for query in queries(flow):
        for part, value in parts_of(flow, query):
            last = max((number for number, step in enumerate(value.steps) if quoter_of(step)), default=None)
            if is_bare(value) or last is None:
                continue
            after = [step for step in value.steps[last + 1 :] if step in CUTTING]
            if after:
                message = f"${{{after[0]}...}} after {value.steps[last]} can undo the quoting of {value.source}"
                fix = _fix(query, part)
                yield query.use.finding(part.span, message, help="transform first, quote last", fix=fix, flow=way(value))


def _fix(query: Query, part: tree.Part) -> Fix | None:
    """The one quoting inside it put around it instead."""
    quotings = [node for node in walk(part) if isinstance(node, tree.Operator) and quoter_of(node.name)]
    if len(quotings) != 1:
        return None
    inner = quotings[0]
    source = query.use.source
    before, behind = Span(part.span.start, inner.span.start), Span(inner.span.end, part.span.end)
    changed = source(before) + source(inner.operand.span) + source(behind)
    edit = query.use.edit(part.span, f"${{{inner.name}:{changed}}}")
    return Fix("quote what comes out", (edit,), safe=False) if edit is not None else None
