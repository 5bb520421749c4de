"""A conditional directive has no counterpart, or is misspelt.

`.ifdef` without `.endif` swallows the rest of the file, and Exim refuses it. A directive that Exim does not quite know
is passed over without a word: `.elseif`, or `.endif` with a tab behind it.

Bad (main):

    .ifdef FOO
    qualify_domain = x

Bad (main):

    .ifdef FOO
    qualify_domain = x
    .elseif BAR
    qualify_domain = y
    .endif

Good (main):

    .ifdef FOO
    qualify_domain = x
    .endif
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

WORD = re.compile(r"\.(ifdef|ifndef|elifdef|elifndef|else|endif)([^\s]*|\t.*|\r)")
NEARLY = re.compile(r"\.[ \t]*((?:el|end|if)[a-z]*)\b")


@rule("unterminated-conditional", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses, and directives that it does not take for any."""
    yield from survey.refused(r"\.endif missing|^\.\w+ without matching|nested too deeply")
    for line in survey.config.directives:
        found = WORD.match(line.string)
        if found is not None and found[2] not in ("", " "):
            yield Finding(f'Exim does not know ".{found[1]}{found[2]}" and ignores the line', line, Span(0, found.end()))
        elif found is None and (nearly := NEARLY.match(line.string)):
            yield Finding(f'"{nearly[0]}" is no directive', line, Span(*nearly.span()))
