"""A variable, an expansion item, an operator or a condition that Exim does not have any more.

Bad (exp):

    $demime_reason

Good (exp):

    $mime_anomaly_text
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import SPECIAL
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("removed-variable", group="upgrade", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What is gone of expansions and ACLs, and of which no other rule speaks."""
    for one in survey.absent:
        if "option" not in one.kind and one.state == "gone" and not SPECIAL.fullmatch(one.name) and one.kind != "lookup":
            yield one.finding()
