"""Values from outside in operators that were mended in 4.99.2.

CVE-2026-40685 and -40686: `extract json`, the JSON loops and `utf8clean` read beyond their ends.

Bad (exp):

    ${extract json{a}{$h_x-json:}}

Good (exp):

    ${extract{a}{$h_x-data:}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk

LOOPS = ("forany_json", "forall_json", "forany_jsons", "forall_jsons")


@rule("json-utf8-operator-cve", group="upgrade", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Headers in such items, operators and conditions."""
    for use, item in survey.items("extract"):
        if "json" in item.options:
            yield from _look(use, item, item.span)
    for use, operator in survey.operators("utf8clean"):
        yield from _look(use, operator, operator.span)
    for use, each in survey.nodes(tree.Each):
        if each.name in LOOPS:
            yield from _look(use, each, each.span)


def _look(use: Use, node: tree.Node, span: Span) -> Iterator[Finding]:
    if any(isinstance(inner, tree.Header) for inner in walk(node)):
        yield use.finding(span, "before 4.99.2 the sender can make this crash (CVE-2026-40685, -40686)", help="upgrade")
