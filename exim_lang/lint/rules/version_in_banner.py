"""The greeting tells the version of Exim.

Bad (main):

    smtp_banner = $primary_hostname ESMTP Exim $version_number

Good (main):

    smtp_banner = $primary_hostname ESMTP
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("version-in-banner", group="delivery", severity="style", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """`$version_number` in `smtp_banner` and `received_header_text`."""
    for use, node in survey.nodes(tree.Variable):
        if node.name in ("version_number", "exim_version") and use.where == "main" and use.name == "smtp_banner":
            edit = use.edit(node.span, "")
            fix = Fix("take it out", (edit,)) if edit else None
            yield use.finding(node.span, "everybody is told the version", fix=fix)
