"""Exim cannot reach a scanner by what is written here.

The address and the port of SpamAssassin are separated by a blank, since a colon separates servers; `av_scanner` begins
with a kind of scanner that Exim knows. Exim notices when the first message is to be scanned, and defers it.

Bad (main):

    spamd_address = 127.0.0.1:783

Bad (main):

    av_scanner = clamav:/run/clamav/clamd.ctl

Good (main):

    spamd_address = 127.0.0.1 783
    av_scanner = clamd:/run/clamav/clamd.ctl
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

SCANNERS: Final = (
    "aveserver", "avast", "clamd", "cmdline", "drweb", "f-prot6d", "f-protd", "fsecure", "kavdaemon", "mksd", "sock", "sophie",
)  # fmt: skip


@rule("scanner-address", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant values of `spamd_address` and `av_scanner`."""
    for use in survey.of("main", "spamd_address"):
        if "$" not in use.text.string and not re.match(r"\s*<", use.text.string):
            for found in re.finditer(r"(?<=:)\s*(\d+)\s*(?=:|$)", use.text.string):
                help = "put a blank between the address and the port"
                yield use.finding(Span(*found.span(1)), f"a colon separates servers: {found[1]} is no server", help=help)
    for use in survey.of("main", "av_scanner"):
        kind = re.match(r"\s*([\w-]+)\s*(?=:|$)", use.text.string)
        if kind is not None and kind[1] not in SCANNERS:
            guess = similar(kind[1], SCANNERS)
            help = f"did you mean {guess}?" if guess else "one of " + ", ".join(SCANNERS)
            yield use.finding(Span(*kind.span(1)), f'unknown scanner type "{kind[1]}"', help=help)
