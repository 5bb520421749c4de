"""An option that Exim does not have any more.

Bad (main):

    drop_cr = true

Good (main):

    smtp_banner = $primary_hostname
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.replaced import SPECIAL
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("removed-option", group="upgrade", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Options that are gone and of which no other rule speaks."""
    for one in survey.absent:
        if "option" in one.kind and one.state == "gone" and not SPECIAL.fullmatch(one.name):
            finding = one.finding()
            fix = None
            if re.fullmatch(r"\w+", one.renamed):
                edit = edit_of(one.text, one.span, one.renamed)
                fix = Fix(f"write {one.renamed}", (edit,), safe=False) if edit else None
            yield Finding(finding.message, finding.text, finding.span, finding.help or "take it out", fix)
