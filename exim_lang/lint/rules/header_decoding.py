"""The raw text of a header is compared with words, which it may have in an encoded form.

`$rh_subject:` is as it was sent, `=?utf-8?B?...?=`; `$h_subject:` is decoded.

Bad (exp):

    ${if match{$rh_subject:}{viagra}{y}{n}}

Good (exp):

    ${if match{$h_subject:}{viagra}{y}{n}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NAMES = ("subject", "from", "to", "cc", "reply-to", "comments")


@rule("header-decoding", group="expansion", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Raw headers as the subject of `match`, without anything that looks for the encoding."""
    for use, node in survey.tests("match", "eq", "eqi"):
        first = node.arguments[0].parts if node.arguments else ()
        if len(first) != 1 or not isinstance(part := first[0], tree.Header) or part.style != "rh":
            continue
        if part.name.lower() in NAMES and "=" not in use.source(node.arguments[-1].span):
            message = f"$rh_{part.name}: is not decoded: words in it may be encoded"
            yield use.finding(part.span, message, help=f"write $h_{part.name}:")
