"""What Debian's tools should have replaced is still there.

`update-exim4.conf` writes the configuration from templates; words such as DEBCONFsomethingDEBCONF are left when a
template is used by itself, or is too old.

Bad (main):

    qualify_domain = DEBCONFvisiblenameDEBCONF

Good (main):

    qualify_domain = example.org
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

WORD = re.compile(r"DEBCONF\w*DEBCONF")


@rule("debian-old-template", group="upgrade", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Such words in lines that count."""
    for line in survey.config.lines:
        for found in WORD.finditer(line.text.string):
            yield Finding(f"{found[0]} was never replaced", line.text, Span(*found.span()), "run update-exim4.conf")
