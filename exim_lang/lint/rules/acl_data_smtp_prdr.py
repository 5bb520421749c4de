"""`acl_data_smtp_prdr` stood in a manual; the option is `acl_smtp_data_prdr`.

Bad (main):

    acl_data_smtp_prdr = acl_x

Good (main):

    acl_smtp_data_prdr = acl_check_data
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import renamed_option
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("acl-data-smtp-prdr", group="upgrade", severity="error", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The option of the manual."""
    return renamed_option(survey, "acl_data_smtp_prdr", "acl_smtp_data_prdr")
