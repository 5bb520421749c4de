r"""The condition `demime` and its variables are gone.

`acl_smtp_mime` looks at each part of a message.

Bad (acl):

    deny demime = vbs:com
    accept

Good (aclmime):

    deny condition = ${if match{$mime_filename}{\N\.(vbs|com)$\N}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NAMES = ("demime", "demime_errorlevel", "found_extension")


@rule("demime-removed", group="upgrade", severity="error", since="4.88")
def check(survey: Survey) -> Iterator[Finding]:
    """The condition and its variables."""
    for one in survey.absent:
        if one.name in NAMES and one.state == "gone":
            yield one.finding(help="acl_smtp_mime, $mime_filename, $mime_content_type")
