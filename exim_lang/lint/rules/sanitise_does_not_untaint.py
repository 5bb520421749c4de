"""Replacing or cutting characters does not make a value clean.

`${sg`, `${tr`, `${lc:`, `${if match{..}{..}{$1}}`, `${extract` and most other items and operators keep the taint, whatever is
left. Only what was found is clean: the result of a lookup, the item of a list that matched (`$local_part_data`, `$value` of
`inlist`), the name of a local user; and numbers and hashes.

Bad (transport):

    t1:
      driver = appendfile
      file = /var/mail/${sg{$local_part}{[^a-z0-9]}{}}
      user = Debian-exim

Good (transport):

    t1:
      driver = appendfile
      file = /var/mail/${lookup{$local_part}lsearch,ret=key{/etc/users}{$value}fail}
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import LOOK_UP, culprits, way
from exim_lang.lint.flow.sinks import Goal, sinks
from exim_lang.lint.flow.tables import CLEANSING
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_REFUSED: Final[tuple[Goal, ...]] = (
    *("acl", "argument", "forward", "hosts", "path"),
    *("queue", "read", "reply", "search", "transport"),
)


@rule("sanitise-does-not-untaint", group="taint", severity="error", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts at sinks that went through something that looks like cleaning."""
    flow = survey.flow
    for sink in sinks(flow, *_REFUSED):
        if sink.goal == "argument" and not survey.dialect.within("4.96"):
            continue
        for part, value in culprits(flow, sink.use, sink.parts):
            step = next((step for step in reversed(value.steps) if step in CLEANSING), "")
            if step:
                name = "${if match...}" if step == "if" else f"${{{step}...}}"
                message = f"{name} does not untaint {value.source}, and Exim refuses it here"
                yield sink.use.finding(part.span, message, help=f"write {LOOK_UP}", flow=way(value))
