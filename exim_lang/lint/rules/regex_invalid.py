"""A regular expression that cannot be compiled.

Exim compiles it when it needs it; the condition then defers, and a delivery waits.

Bad (acl):

    deny local_parts = ^.*[@%!/|
    accept

Bad (exp):

    ${if match{$sender_helo_name}{^(mail|smtp}{yes}{no}}

Good (acl):

    deny local_parts = ^.*[@%!/|]
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.regexes import constant_patterns, error_in
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("regex-invalid", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant patterns, by the library that Exim uses."""
    for use, pattern, span in constant_patterns(survey):
        error = error_in(pattern)
        if error:
            yield use.finding(span, error.partition("\n")[0])
