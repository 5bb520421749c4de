"""`$dmarc_ar_header` is gone: `${authresults{...}}` makes the whole header.

Bad (exp):

    $dmarc_ar_header

Good (exp):

    ${authresults{$primary_hostname}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import replaced
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dmarc-ar-header", group="upgrade", severity="error", since="4.91")
def check(survey: Survey) -> Iterator[Finding]:
    """The variable."""
    return replaced(survey, "dmarc_ar_header")
