"""A word in `ratelimit` looks like an option, and is taken for the key.

Whatever is not an option names the counter: a misspelt `per_mail` makes one counter for all the world.

Bad (acl):

    deny ratelimit = 100 / 1h / per_mesage
    accept

Good (acl):

    deny ratelimit = 100 / 1h / per_mail
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

MODES = ("per_byte", "per_conn", "per_cmd", "per_mail", "per_rcpt", "per_addr")
OPTIONS = (*MODES, "leaky", "strict", "noupdate", "readonly", "count", "unique")
KNOWN = re.compile(r"per_(byte|conn|cmd|mail|rcpt|addr)|leaky|strict|noupdate|readonly|(count|unique)=.*", re.DOTALL)


@rule("ratelimit-option-typo", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant parts behind the period that begin with `per_`, or are nearly one of the options."""
    for use in survey.of("acl", "ratelimit"):
        at = 0
        for number, part in enumerate(re.split("/", use.text.string)):
            word = part.strip()
            start = at + part.find(word)
            at += len(part) + 1
            if number < 2 or "$" in word or not word or KNOWN.fullmatch(word):
                continue
            guess = similar(word, OPTIONS)
            if word.startswith("per_") or (guess and re.fullmatch(r"[a-z_]+", word)):
                span = Span(start, start + len(word))
                message = f'"{word}" is no option of ratelimit, so it is the key of the counter'
                yield use.finding(span, message, help=f"did you mean {guess}?" if guess else "")
