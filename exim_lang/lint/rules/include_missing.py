"""A file that is to be included cannot be read.

`.include` of a file that is not there keeps Exim from starting; `.include_if_exists` passes over it, but takes absolute
names only.

Bad (main):

    .include /etc/exim4/conf.d/nosuch

Good (main):

    .include_if_exists /etc/exim4/conf.d/nosuch
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("include-missing", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused(r"^failed to open included configuration file|^\.include specifies a non-absolute path")
