"""An argument of a command is what the sender wrote.

Exim 4.96 and later do not run it: `Tainted arg 1 for t1 transport command: 'bob'`. A pipe transport and a transport filter
return the message to its sender, permanently; queryprogram defers it. With `use_shell` there is no such check, see
`use-shell-with-taint`.

Bad (transport):

    t1:
      driver = pipe
      command = /usr/lib/mailman/mail/mailman post $local_part
      user = Debian-exim

Good (transport):

    t1:
      driver = pipe
      command = /usr/lib/mailman/mail/mailman post $local_part_data
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-pipe-argument", group="taint", severity="critical", fix="partial", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted words of `command` and `transport_filter`."""
    return tainted_at(survey, _message, "argument")


def _message(sink: Sink) -> str:
    use = sink.use
    name = getattr(use.owner, "name", "")
    what = "queryprogram router command"
    if use.where == "transport":
        what = "transport filter command" if use.name == "transport_filter" else f"{name} transport command"
    return f"Tainted arg {sink.number} for {what}: '{shown(use, sink.span)}'"
