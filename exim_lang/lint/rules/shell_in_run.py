"""`${run` starts a shell with a command that contains what the sender wrote.

The arguments of `${run` may be tainted, and Exim does not know that `sh -c`, `perl -e` and the like read theirs as a program: a
subject `x;id` runs `id`.

Bad (exp):

    ${run{/bin/sh -c "echo $h_subject:"}}

Good (exp):

    ${run{/usr/local/bin/helper $h_subject:}}

Good (exp):

    ${run{/bin/sh -c "printf %s \\"\\$1\\"" sh $h_subject:}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.sinks import within
from exim_lang.lint.flow.words import Word, words_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_SHELL: Final = re.compile(r"(?:.*/)?(?:(?:ba|da|k|z|a|tc|c)?sh|busybox|perl|python[0-9.]*|ruby|node|php|lua|[gm]?awk|su|env)")
_PROGRAM: Final = re.compile(r"-[a-zA-Z]*[cer]|--command|--eval")


@rule("shell-in-run", group="taint", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Programs given to interpreters in `${run` that come from outside in part."""
    flow = survey.flow
    for use, item in survey.items("run"):
        if not item.arguments:
            continue
        script = _script(words_of(item.arguments[0], use.text.string))
        if script is None or script.whole:
            continue
        for part in leaves(within(item.arguments[0], script.span)):
            value = flow.of(use, part)
            if value.outside:
                message = f"a shell reads {value.source}: whoever chooses it runs commands here"
                help = "run a program that takes it as an argument, no shell"
                yield use.finding(part.span, message, help=help, flow=way(value))


def _script(words: list[Word]) -> Word | None:
    """The word that an interpreter takes as a program; None when there is no such."""
    if not words or not words[0].whole or not _SHELL.fullmatch(words[0].constant):
        return None
    if words[0].constant.endswith("awk"):
        return next((word for word in words[1:] if not word.constant.startswith("-") or not word.whole), None)
    for number, word in enumerate(words[1:], 1):
        if word.whole and _PROGRAM.fullmatch(word.constant) and number + 1 < len(words):
            return words[number + 1]
    return None
