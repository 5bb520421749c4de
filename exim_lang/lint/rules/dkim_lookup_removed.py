"""The lookup `dkim` and `control = dkim_verify` are gone.

Signatures are verified without being asked for since 4.70; `acl_smtp_dkim` sees the results.

Bad (exp):

    ${lookup dkim{example.org}}

Good (exp):

    $dkim_verify_status
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("dkim-lookup-removed", group="upgrade", severity="error", since="4.70")
def check(survey: Survey) -> Iterator[Finding]:
    """The lookup and the control."""
    for one in survey.absent:
        if (one.kind, one.name) in (("lookup", "dkim"), ("acl_control", "dkim_verify")):
            yield one.finding(help="dkim_status in acl_smtp_dkim, or ${authresults{...}}")
