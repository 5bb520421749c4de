"""A command is split at its blanks before its arguments are expanded.

An expansion with blanks in it must be quoted as a whole.

Bad (transport):

    t1:
      driver = pipe
      command = /usr/bin/rt --action ${if eq {$local_part_data}{rt} {correspond}{comment}}
      user = mail

Good (transport):

    t1:
      driver = pipe
      command = /usr/bin/rt --action "${if eq {$local_part_data}{rt} {correspond}{comment}}"
      user = mail
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("pipe-quoting", group="routing", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Blanks inside of expansions that begin a word of a command, outside of quotes."""
    for use in survey.of("transport", "command"):
        owner = use.owner
        if (isinstance(owner, Driver) and "use_shell" in owner.settings) or not use.tree.parts:
            continue
        for index, part in enumerate(use.tree.parts):
            if isinstance(part, tree.Literal | tree.Variable | tree.Header | tree.Bad) or index == 0:
                continue
            source = use.source(part.span)
            before = use.text.string[: part.span.start]
            if re.search(r"\s", source) and before[-1:].isspace() and before.count('"') % 2 == 0:
                ends = (Span(part.span.start, part.span.start), Span(part.span.end, part.span.end))
                edits = tuple(edit for end in ends if (edit := use.edit(end, '"')))
                fix = Fix("quote it", edits, safe=False) if len(edits) == 2 and '"' not in source else None
                message = "the argument ends at the first blank in this expansion"
                yield use.finding(part.span, message, help="put it in quotes", fix=fix)
