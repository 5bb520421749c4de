"""An expansion item, operator or condition that Exim does not know.

The string cannot be expanded, which Exim notices when it needs it. Names follow the version that is asked for with
--target.

Bad (exp):

    ${lower:ABC}

Bad (acl):

    deny condition = ${if equals{$domain}{a.example}}

Good (exp):

    ${lc:ABC}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history

UNKNOWN = re.compile(r'^unknown (expansion operator|condition) "|is not a known operator')


@rule("unknown-expansion-name", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim would say of such names."""
    for use, fault in survey.faults:
        message = fault.message.partition("\n")[0]
        if UNKNOWN.search(message):
            name = re.search(r'"\$?\{?([A-Za-z0-9_]*)', message)
            if name and any(history(kind, name[1]) is not None for kind in ("operator", "item", "condition")):
                continue
            guess = _guess(survey, name[1]) if name else ""
            yield use.finding(fault.span, message, help=f"did you mean {guess}?" if guess else "")


def _guess(survey: Survey, name: str) -> str:
    names = [other for kind in ("operator", "item", "condition") for other in survey.dialect.names(kind)]
    return similar(name, names)
