"""Signatures with SHA-1, which nobody takes any more.

Bad (transport):

    t1:
      driver = smtp
      dkim_hash = sha1

Good (transport):

    t1:
      driver = smtp
      dkim_hash = sha256
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("dkim-sha1", group="upgrade", severity="warning", fix="yes", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """`dkim_hash` with sha1, and sha1 among what is verified."""
    for use in survey.of("transport", "dkim_hash"):
        if (use.constant or "").strip() == "sha1":
            edit = use.edit(use.whole, "sha256")
            fix = Fix("write sha256", (edit,)) if edit else None
            yield use.finding(use.whole, "signatures with SHA-1 do not count", help="write sha256", fix=fix)
    for use in survey.of("main", "dkim_verify_hashes"):
        found = re.search(r"\bsha1\b", use.text.string)
        if found is not None:
            yield use.finding(Span(*found.span()), "signatures with SHA-1 can be forged")
