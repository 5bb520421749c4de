"""A `control` that Exim does not know.

Exim looks at the word when the statement runs, and then answers with a temporary error.

Bad (acl):

    accept control = freezee

Good (acl):

    accept control = freeze
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history
from exim_lang.source.text import Span


@rule("unknown-acl-control", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """The constant words of `control`."""
    for use in survey.of("acl", "control"):
        word = re.match(r"[A-Za-z0-9_]+", use.constant or "")
        if word is None:
            continue
        name = word[0]
        if not survey.dialect.knows("acl_control", name) and not name.startswith("fakereject"):
            if history("acl_control", name) is not None or _plug_in(name):
                continue
            guess = similar(name, survey.dialect.names("acl_control"))
            message = f'syntax error in "control={use.constant}"'
            yield use.finding(Span(0, len(name)), message, help=f"did you mean {guess}?" if guess else "")


def _plug_in(name: str) -> bool:
    from exim_lang.acl.registry import CONTROLS

    return name in CONTROLS
