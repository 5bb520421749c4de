"""Clients may send before they are spoken to.

Waiting is what programs that send spam do not do; and mail can be smuggled through hosts that do not insist on it.

Bad (main):

    smtp_enforce_sync = false

Good (main):

    smtp_enforce_sync = true
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Setting
from exim_lang.source.text import Span


@rule("no-enforce-sync", group="security", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """The option turned off, and the control for everybody."""
    use = survey.main_use("smtp_enforce_sync")
    if use is not None and isinstance(use.node, Setting) and use.node.value is False:
        line = use.node.line.text
        yield Finding("clients need not wait for answers", line, Span(0, len(line)), "take the option away")
    for control in survey.of("acl", "control"):
        alone = control.statement is not None and len(control.statement.conditions) == 1
        if control.text.string.strip() == "no_enforce_sync" and alone:
            yield control.finding(control.whole, "clients need not wait for answers")
