r"""A regular expression in a retry rule that looks like one for a domain is compared with whole addresses.

Bad (retry):

    ^\Nmx\d+\.example\.org$\N  *  F,1h,10m

Good (retry):

    ^\N[^@]+@mx\d+\.example\.org$\N  *  F,1h,10m
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("retry-regex-domain-only", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Expressions without an at sign, or anything that would match one."""
    for use in survey.of("retry", "pattern"):
        pattern = use.text.string
        if pattern.startswith(("^", "\\N^")) and "@" not in pattern and not re.search(r"\.\*|\.\+|\[\^", pattern):
            message = "this is compared with the whole address, local part and all"
            yield use.finding(use.whole, message, help="begin it with ^[^@]+@")
