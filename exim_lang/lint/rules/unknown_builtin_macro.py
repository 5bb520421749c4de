"""A directive asks for one of Exim's own macros that no Exim has.

Exim defines macros such as _HAVE_TLS and _OPT_MAIN_... for what it was built with; a name that no version defines is
always false.

Bad (main):

    .ifdef _HAVE_TSL
    tls_advertise_hosts = *
    .endif

Good (main):

    .ifdef _HAVE_TLS
    tls_advertise_hosts = *
    .endif
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history
from exim_lang.model.facts.table import rows
from exim_lang.source.text import Span

DIRECTIVE = re.compile(r"\.(?:el)?if(?:n?def)[ \t]+(_[A-Z][A-Za-z0-9_]*)")


@rule("unknown-builtin-macro", group="syntax", severity="warning", since="4.88")
def check(survey: Survey) -> Iterator[Finding]:
    """Names that begin with `_` behind .ifdef and its kin."""
    for line in survey.config.directives:
        found = DIRECTIVE.match(line.string)
        if found is None or found[1] in survey.config.macros:
            continue
        known = [row.name for row in rows("macros")]
        if found[1] not in known and not _option(found[1]):
            guess = similar(found[1].lower(), [name.lower() for name in known]).upper()
            message = f"no Exim defines {found[1]}"
            yield Finding(message, line, Span(*found.span(1)), f"did you mean {guess}?" if guess else "")


def _option(name: str) -> bool:
    """Whether the name is that of an option, driver, lookup and so on that some Exim has."""
    from exim_lang.model.dialect import kinds

    words = name.lower().split("_")
    tails = {"_".join(words[start:]) for start in range(1, len(words))}
    return any(history(kind, tail) is not None for kind in kinds() for tail in tails)
