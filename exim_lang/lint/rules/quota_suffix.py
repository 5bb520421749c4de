"""A quota or another number that is only read when it is needed, and that Exim cannot read.

Bad (transport):

    t1:
      driver = appendfile
      file = /tmp/x
      quota = 10Q
      user = mail

Good (transport):

    t1:
      driver = appendfile
      file = /tmp/x
      quota = 10M
      user = mail
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.values import SIZE, size_meant
from exim_lang.syntax import expansion as tree

SUFFIX = re.compile(rb"[KMGkmg]i?[Bb]")
NAMES = ("quota", "quota_filecount", "max_output", "mailbox_size", "mailbox_filecount", "connection_max_messages")


@rule("quota-suffix", group="options", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant values of such options of transports."""
    for use in survey.of("transport", *NAMES):
        last = use.tree.parts[-1] if use.tree.parts else None
        if use.constant is None and isinstance(last, tree.Literal) and SUFFIX.match(last.value.strip()):
            suffix = last.value.decode("latin-1").strip()
            message = f'malformed value for {use.name}: "{suffix}" behind a number'
            yield use.finding(last.span, message, help=f"write {suffix[0]}")
        value = (use.constant or "").strip()
        if value and not SIZE.fullmatch(value.removesuffix("/no_check").strip()):
            meant = size_meant(value)
            edit = use.edit(use.whole, meant) if meant else None
            fix = Fix(f"write {meant}", (edit,), safe=False) if edit else None
            message = f'malformed value "{value}" for {use.name}'
            yield use.finding(use.whole, message, help=f"write {meant}" if meant else "K, M or G may follow", fix=fix)
    for use in survey.of("transport", "quota_warn_threshold"):
        value = (use.constant or "").strip()
        if value and not SIZE.fullmatch(value.removesuffix("%")):
            yield use.finding(use.whole, f'malformed value "{value}" for {use.name}')
