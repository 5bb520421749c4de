"""A file of an autoreply transport is named by what the sender wrote.

With a tainted `file` or `once` Exim 4.94 and later defer the message (`Tainted '/etc/vacation/bob.msg' (file for t1 transport)
not permitted`); a tainted `log` is not written.

Bad (transport):

    t1:
      driver = autoreply
      to = $sender_address
      file = /etc/vacation/$local_part.msg
      user = Debian-exim

Good (transport):

    t1:
      driver = autoreply
      to = $sender_address
      file = /etc/vacation/$local_part_data.msg
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-autoreply-file", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `file`, `once` and `log` of autoreply transports."""
    return tainted_at(survey, _message, "reply")


def _message(sink: Sink) -> str:
    use = sink.use
    path = shown(use, use.whole)
    if use.name == "log":
        return f"Tainted filename '{path}'"
    what = "once file" if use.name == "once" else "file"
    return f"Tainted '{path}' ({what} for {getattr(use.owner, 'name', '')} transport) not permitted"
