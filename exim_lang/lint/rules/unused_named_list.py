"""A named list that nothing refers to.

Often the reference is misspelt, or lacks its "+".

Bad (main):

    hostlist relay_from_host = 10.0.0.0/8

Good (main):

    hostlist other_relays = 10.0.0.0/8
    hostlist relay_from_hosts = +other_relays
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("unused-named-list", group="names", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists whose names stand nowhere else."""
    for named in survey.named_lists:
        if named.line is not None and survey.words[named.name] <= 1:
            yield Finding(f"nothing refers to the {named.kind} list {named.name}", named.line.text, named.span)
