"""What the sender wrote is part of the name of a file that is looked for.

`exists`, `${stat:` and `require_files` do not care about taint. A sender can ask with them which files there are, and where the
same name is then opened, Exim refuses it.

Bad (router):

    r1:
      driver = accept
      require_files = /home/$local_part/.ok
      transport = t_null

Good (router):

    r1:
      driver = accept
      check_local_user
      require_files = $local_part:$home/.procmailrc
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      check_local_user
      require_files = /home/$local_part_data/.ok
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import clean_way, culprits, data_fix, way
from exim_lang.lint.flow.sinks import between
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use


@rule("exists-probe-tainted", group="taint", severity="info", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of the names that are looked for."""
    flow = survey.flow
    for use, parts in _names(survey):
        for part, value in culprits(flow, use, parts):
            message = f"{value.source} is part of the name of a file that is looked for"
            yield use.finding(part.span, message, help=clean_way(part, value), fix=data_fix(use, part), flow=way(value))


def _names(survey: Survey) -> Iterator[tuple[Use, tuple[tree.Part, ...]]]:
    for use, test in survey.tests("exists"):
        if test.arguments:
            yield use, test.arguments[0].parts
    for use, node in survey.operators("stat"):
        yield use, node.operand.parts
    for use in survey.of("router", "require_files"):
        for item in use.items.items if use.items is not None else ():
            if "/" in item.text:  # others are users and groups
                yield use, between(use, item.pattern)
