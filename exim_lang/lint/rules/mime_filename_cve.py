r"""What refuses attachments by their names can be passed by before 4.98.

CVE-2024-39929: names that go over several lines are not read whole.

Bad (aclmime, 4.96):

    accept condition = ${if match{$mime_filename}{\N\.exe$\N}}

Good (aclmime, 4.98):

    accept condition = ${if match{$mime_filename}{\N\.exe$\N}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("mime-filename-cve", group="upgrade", severity="warning", until="4.98")
def check(survey: Survey) -> Iterator[Finding]:
    """Uses of `$mime_filename`."""
    for use, node in survey.nodes(tree.Variable):
        if node.name == "mime_filename":
            yield use.finding(node.span, "before 4.98 senders can hide the name (CVE-2024-39929)", help="upgrade")
