"""`verify` with a word or an option that Exim does not know.

Exim looks at it when the statement runs, and then answers with a temporary error.

Bad (acl):

    require verify = recipient/callot
    accept

Bad (acl):

    require verify = recipent
    accept

Good (acl):

    require verify = recipient/callout
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span

ALONE = ("certificate", "helo", "reverse_host_lookup", "header_syntax", "header_names_ascii", "not_blind", "csa", "arc")
ADDRESS = ("sender", "recipient", "header_sender")
OPTIONS = ("callout", "defer_ok", "no_details", "success_on_redirect", "quota")
CALLOUT = (
    "connect",
    "defer_ok",
    "fullpostmaster",
    "hold",
    "mailfrom",
    "maxwait",
    "no_cache",
    "postmaster",
    "postmaster_mailfrom",
    "random",
    "use_postmaster",
    "use_sender",
)


@rule("unknown-verify-item", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """The constant words of `verify`, and their options."""
    for use in survey.of("acl", "verify"):
        value = use.constant
        if value is None:
            continue
        first, *rest = value.split("/")
        word = first.split("=")[0].strip()
        if not survey.dialect.knows("acl_verify", word):
            guess = similar(word, [*ALONE, *ADDRESS])
            yield use.finding(
                Span(0, len(first)), f'there is no "verify = {word}"', help=f"did you mean {guess}?" if guess else ""
            )
        elif word in ADDRESS:
            yield from _options(use, first, rest)


def _options(use: Use, first: str, rest: list[str]) -> Iterator[Finding]:
    at = len(first)
    for option in rest:
        span = Span(at + 1, at + 1 + len(option))
        at = span.end
        name = option.split("=")[0].strip()
        if name and name not in OPTIONS:
            guess = similar(name, OPTIONS)
            message = f'unknown option "{name}" in ACL condition "verify {use.constant}"'
            yield use.finding(span, message, help=f"did you mean {guess}?" if guess else "")
        elif option.startswith("callout") and "=" in option:
            yield from _callout(use, span, option)


def _callout(use: Use, span: Span, option: str) -> Iterator[Finding]:
    for word in option.partition("=")[2].split(","):
        name = word.split("=")[0].strip()
        if name and not re.fullmatch(r"(\d+[wdhms])+", name) and name not in CALLOUT:
            guess = similar(name, CALLOUT)
            message = f'unknown option "{name}" of callout in ACL condition "verify {use.constant}"'
            at = use.text.string.find(name, span.start)
            yield use.finding(Span(at, at + len(name)), message, help=f"did you mean {guess}?" if guess else "")
