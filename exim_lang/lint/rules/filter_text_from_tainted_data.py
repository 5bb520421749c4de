"""The text of a filter is made of what the sender wrote.

`data` that begins with `#Exim filter` or `# Sieve filter` is a program. A quoted local part with a newline or a word in it adds
commands (`save`, `pipe`), and what a filter says is not tainted any more.

Bad (router):

    r1:
      driver = redirect
      allow_filter
      data = "#Exim filter\\nsave /var/mail/$local_part"
      file_transport = t_null
      user = Debian-exim

Good (router):

    r1:
      driver = redirect
      check_local_user
      allow_filter
      data = "#Exim filter\\nsave /var/mail/$local_part_data"
      file_transport = address_file
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.alternatives import alternatives, leaves, starts
from exim_lang.lint.flow.report import data_fix, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_FILTER: Final = re.compile(rb'"?#\s*(?:exim|sieve)\s+filter', re.IGNORECASE)


@rule("filter-text-from-tainted-data", group="taint", severity="critical", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Parts of filters in `data` that come from outside."""
    flow = survey.flow
    for use in survey.of("router", "data"):
        for string in alternatives(use.tree):
            if not _FILTER.match(starts(string)):
                continue
            for part in leaves(string.parts):
                value = flow.of(use, part)
                if value.outside:
                    message = f"{value.source} is part of the text of a filter, and can add commands to it"
                    help = "write $local_part_data, or let a fixed filter refer to the variable: \\$local_part"
                    yield use.finding(part.span, message, help=help, fix=data_fix(use, part), flow=way(value))
