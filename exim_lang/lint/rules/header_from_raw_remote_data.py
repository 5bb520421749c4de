"""A header line is made of a raw header line of the message, or of its body.

`$rh_subject:` has the newlines of the message in it, and a newline in an added header begins the next one. White space can be
made blanks with `${sg`; `${rfc2047:` encodes what is not text.

Bad (acl):

    warn add_header = X-Orig: $rh_subject:
    accept

Good (acl):

    warn add_header = X-Orig: ${sg{$h_subject:}{\\N\\s+\\N}{ }}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.report import way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_RAW: Final = ("$rh_", "$bh_", "$lh_", "$message_body", "$message_headers")
_MENDED: Final = frozenset(("address", "base64", "escape", "extract", "hash", "l", "length", "rfc2047", "sg", "tr"))


@rule("header-from-raw-remote-data", group="taint", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Raw parts of the message in `add_header` and `headers_add`."""
    flow = survey.flow
    headers = (*survey.of("acl", "add_header"), *survey.of("router", "headers_add"), *survey.of("transport", "headers_add"))
    for use in headers:
        for part in leaves(use.tree.parts):
            value = flow.of(use, part)
            if value.outside and value.source.startswith(_RAW) and not _MENDED & set(value.steps):
                message = f"a newline in {value.source} begins a header line of the sender's"
                source = use.source(part.span).replace("$rh_", "$h_")
                help = f"write ${{sg{{{source}}}{{\\N\\s+\\N}}{{ }}}}"
                yield use.finding(part.span, message, help=help, flow=way(value))
