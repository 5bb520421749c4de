"""A name that this build of Exim does not have.

What was built in is what `exim -bV` says; give its output by `--build`.

Bad (main, debian-4.96):

    perl_startup = do '/etc/exim4/x.pl'
    bmi_config_file = /opt/brightmail.cf

Good (main, debian-4.96):

    perl_startup = do '/etc/exim4/x.pl'
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("missing-from-build", group="upgrade", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of all kinds whose feature is not built in."""
    for one in survey.absent:
        if one.state == "unbuilt":
            yield one.finding()
