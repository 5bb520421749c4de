"""A named list contains itself, directly or through others.

Exim follows the references until its stack ends, and the process dies; `-bV` says nothing.

Bad (main):

    domainlist a = +b
    domainlist b = +a

Good (main):

    domainlist a = +b
    domainlist b = example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import list_references
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("named-list-cycle", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """References between named lists of one kind that come back to where they began."""
    edges: dict[tuple[str, str], list[tuple[str, str]]] = {}
    references = [one for one in list_references(survey) if one.use.where == "list"]
    for one in references:
        edges.setdefault((one.kind, one.use.name), []).append((one.kind, one.name))
    for one in references:
        here = (one.kind, one.use.name)
        seen: set[tuple[str, str]] = set()
        left = [(str(one.kind), one.name)]
        while left:
            node = left.pop()
            if node == here:
                yield one.use.finding(one.span, f"the {one.kind} list {one.use.name} contains itself through +{one.name}")
                break
            if node not in seen:
                seen.add(node)
                left += edges.get(node, [])
