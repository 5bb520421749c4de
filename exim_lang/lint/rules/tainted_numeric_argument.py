"""The number of characters that is asked for is what the sender wrote.

Exim 4.99 and later refuse it: `attempt to use tainted string '5' for length`, and the expansion fails. The result of
`${eval:` is a number, and clean.

Bad (exp):

    ${length{$h_x-n:}{abc}}

Good (exp):

    ${length{${eval:$h_x-n:}}{abc}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import culprits, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-numeric-argument", group="taint", severity="error", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted numbers of `${length{n}`, `${substr{n}{m}`, `${hash{n}` and `${nhash{n}`."""
    flow = survey.flow
    for use, item in survey.items("length", "substr", "hash", "nhash"):
        for argument in item.arguments[:-1]:
            for part, value in culprits(flow, use, argument.parts):
                source = use.source(part.span)
                message = f"attempt to use tainted string '{source}' for {item.name}"
                yield use.finding(part.span, message, help=f"write ${{eval:{source}}}", flow=way(value))
