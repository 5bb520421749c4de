"""`${run` with a command that is no absolute path.

Exim looks for no command in any path; the command fails, and the expansion is empty.

Bad (exp):

    ${run{echo hi}}

Good (exp):

    ${run{/bin/echo hi}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("run-relative-command", group="expansion", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant beginnings of commands without a slash."""
    for use, node in survey.items("run"):
        first = node.arguments[0].parts[0] if node.arguments and node.arguments[0].parts else None
        if isinstance(first, tree.Literal):
            word = first.value.decode("latin-1").split(None, 1)[0:1]
            if word and not word[0].lstrip("\"'").startswith("/"):
                yield use.finding(first.span, f'"{word[0]}" is not an absolute path, so nothing is run')
