"""A lookup in the style of another type: with a key and a file where there is a query, or the other way round.

`passwd`, databases and LDAP take a query: `${lookup passwd{root}}`; files take a key: `${lookup{root}lsearch{/file}}`.

Bad (exp):

    ${lookup{root}passwd{/etc/passwd}}

Bad (exp):

    ${lookup lsearch{/etc/aliases}}

Good (exp):

    ${lookup passwd{root}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

PATTERN = re.compile(r"^a single key was given for lookup type|^missing \{key\} for single-key|^missing '\{' for lookup file")


@rule("lookup-passwd-key", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim says of the shape of lookups."""
    for use, fault in survey.faults:
        if PATTERN.search(fault.message):
            yield use.finding(fault.span, fault.message.partition("\n")[0])
