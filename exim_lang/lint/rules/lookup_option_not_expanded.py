"""An expansion in the options of a lookup type, which are not expanded.

`sqlite,file=/db/$domain.db` opens (and may create) a file with just that name.

Bad (exp):

    ${lookup sqlite,file=/var/lib/lit_$primary_hostname{select 1}}

Good (exp):

    ${lookup{$domain}lsearch{/etc/exim4/map}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("lookup-option-not-expanded", group="expansion", severity="error", since="4.95")
def check(survey: Survey) -> Iterator[Finding]:
    """Types of lookups with a "$" behind a comma."""
    for use, node in survey.nodes(tree.Lookup):
        at = node.type.find("$", node.type.find(","))
        if "," in node.type and at >= 0:
            where = use.text.string.find(node.type, node.span.start)
            span = Span(where + at, where + len(node.type)) if where >= 0 else node.span
            yield use.finding(span, "the options of a lookup are not expanded: this stands for itself")
