"""A quoted value stands in an SQL statement where no quotes are around it.

Quoting makes a value safe inside `'...'`. As a number or a name it is not: `0 OR 1=1` has nothing in it to be escaped.

In the pattern of `LIKE` the characters `%` and `_` stay what they are, too; that is not looked for here.

Bad (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM b WHERE id=${quote_mysql:$sender_address_local_part}}}
    accept

Good (acl):

    deny condition = ${lookup mysql{SELECT 1 FROM b WHERE id='${quote_mysql:$sender_address_local_part}'}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.queries import is_bare, is_open, parts_of, queries
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.tables import SQL, quoter_of
from exim_lang.lint.flow.taint import Taint
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

_OPERATOR: Final = re.compile(r"\$\{quote_\w+:[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")


@rule("quoted-outside-literal", group="taint", severity="critical", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoting operators in SQL statements that are not between quotes."""
    flow = survey.flow
    for query in queries(flow):
        if query.type not in SQL:
            continue
        for part, value in parts_of(flow, query):
            named = query.type == "pgsql" and part in query.parts and query.prefix(part).endswith('"')
            if named and _is_quoted_alone(part, value):
                message = 'PostgreSQL takes what is between " for the name of a column'
                yield query.use.finding(part.span, message, help="write ' for \"", flow=way(value))
                continue
            if is_bare(value) or part not in query.parts or not _is_quoted_alone(part, value) or is_open(query.prefix(part)):
                continue
            source = query.use.source(part.span)
            edit = query.use.edit(part.span, f"'{source}'")
            fix = Fix("put quotes around it", (edit,), safe=False) if edit is not None else None
            message = f"no quotes are around {source}, so quoting does not protect the statement"
            yield query.use.finding(part.span, message, help=f"write '{source}'", fix=fix, flow=way(value))


def _is_quoted_alone(part: tree.Part, value: Taint) -> bool:
    """Whether a part is a quoting operator, or a variable that holds what one gave and nothing else."""
    if isinstance(part, tree.Variable):
        stored = [note for note in value.path if note.message.startswith("stored in")]
        return bool(stored) and _OPERATOR.fullmatch(stored[-1].text.string[slice(*stored[-1].span)].strip()) is not None
    return isinstance(part, tree.Operator) and bool(quoter_of(part.name))
