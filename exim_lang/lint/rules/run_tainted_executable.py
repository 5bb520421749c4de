"""`${run` is to run a program that is named by what the sender wrote.

Exim 4.96 and later refuse it: `Attempt to exec tainted path: '...'`, and the expansion fails. Arguments may be tainted; with
`${run,preexpand` all of the command line counts as the program.

Bad (exp):

    ${run{/usr/local/bin/$h_x-cmd: a}}

Good (exp):

    ${run{/usr/local/bin/fixed $local_part}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import LOOK_UP, culprits, shown, way
from exim_lang.lint.flow.sinks import within
from exim_lang.lint.flow.words import words_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("run-tainted-executable", group="taint", severity="error", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted first words of commands, and any tainted part with `preexpand`."""
    flow = survey.flow
    for use, item in survey.items("run"):
        if not item.arguments:
            continue
        command = item.arguments[0]
        parts = command.parts
        help = f"run a fixed program, or one of {LOOK_UP}"
        if "preexpand" in item.options:
            help = "without preexpand only the name of the program must be clean"
        else:
            word = next(iter(words_of(command, use.text.string)), None)
            parts = within(command, word.span) if word is not None else ()
        for part, value in culprits(flow, use, parts):
            message = f"Attempt to exec tainted path: '{shown(use, command.span)}': {value.source} comes from outside"
            yield use.finding(part.span, message, help=help, flow=way(value))
