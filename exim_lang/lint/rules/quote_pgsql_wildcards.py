"""`quote_pgsql` does not touch "%" and "_".

Since 4.87 they are what they are in a pattern of LIKE: whoever chooses the value chooses what it matches.

Bad (acl):

    deny condition = ${lookup pgsql{SELECT 1 FROM b WHERE a LIKE '${quote_pgsql:$sender_address}'}}
    accept

Good (acl):

    deny condition = ${lookup pgsql{SELECT 1 FROM b WHERE a = '${quote_pgsql:$sender_address}'}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

LIKE = re.compile(r"\bI?LIKE\s+'?$", re.IGNORECASE)


@rule("quote-pgsql-wildcards", group="upgrade", severity="warning", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """Quoted values behind LIKE."""
    for use, node in survey.operators("quote_pgsql", "quote_mysql", "quote_sqlite"):
        if LIKE.search(use.text.string[: node.span.start]):
            message = f'{node.name} leaves "%" and "_" alone, which are wildcards here'
            yield use.finding(node.span, message, help="compare with =")
