"""The command of `${run` is split into words before it is expanded.

An expansion with a blank in it is torn apart, and what an expansion gives stays one argument. `${run,preexpand` does it
the old way.

Bad (exp):

    ${run{/bin/echo ${if eq{1}{1}{a b}{c}}}}

Good (exp):

    ${run,preexpand{/bin/echo ${if eq{1}{1}{a b}{c}}}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("run-expansion-order", group="upgrade", severity="warning", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Expansions with blanks in commands, outside of quotes."""
    for use, node in survey.items("run"):
        if "preexpand" in node.options or not node.arguments:
            continue
        for part in node.arguments[0].parts:
            if isinstance(part, tree.Literal | tree.Variable | tree.Header | tree.Bad):
                continue
            before = use.text.string[node.arguments[0].span.start : part.span.start]
            if re.search(r"\s", use.source(part.span)) and before.count('"') % 2 == 0:
                message = "the argument ends at the first blank in this"
                yield use.finding(part.span, message, help="quote it, or write ${run,preexpand")
