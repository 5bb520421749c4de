"""A lookup of a type that Exim does not know, or was not built with.

Bad (acl):

    accept domains = lsaerch;/etc/exim4/domains
    deny

Bad (exp):

    ${lookup{a}lsaerch{/etc/exim4/domains}}

Good (acl):

    accept domains = lsearch;/etc/exim4/domains
    deny
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.errors import EximLangError
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.model.dialect import history
from exim_lang.search.search import parse_lookup_type
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

UNKNOWN = re.compile(r'^unknown lookup type|lookup type "?[\w]*"? (is not|not) ')


@rule("unknown-lookup-type", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """The types of lookups in lists and in expansions."""
    for use, node in survey.nodes(tree.Lookup):
        yield from _look(survey, use, node.span, node.type)
    for use, items in survey.lists():
        for item in items.items:
            if item.lookup is not None and "$" not in item.lookup[0]:
                yield from _look(survey, use, item.pattern, item.lookup[0])


def _look(survey: Survey, use: Use, span: Span, name: str) -> Iterator[Finding]:
    try:
        parse_lookup_type(name.encode("latin-1"), survey.dialect)
    except EximLangError as error:
        if "nknown lookup type" in error.message and history("lookup", name.partition(",")[0]) is None:
            guess = similar(name.partition(",")[0], survey.dialect.names("lookup"))
            at = use.text.string.find(name, span.start, span.end) if name else -1
            where = Span(at, at + len(name)) if at >= 0 else span
            yield use.finding(where, error.message, help=f"did you mean {guess}?" if guess else "")
