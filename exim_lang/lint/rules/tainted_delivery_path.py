"""A file or directory to deliver to is built from what the sender wrote.

`$local_part`, `$domain`, header lines, and `$address_data` or variables made of them are tainted: Exim 4.94 and later do not
open a file of such a name. The message is deferred, for ever: `Tainted '/var/mail/bob' (file or directory name for t1
transport) not permitted`.

What a list or a lookup has matched is clean: `$local_part_data` and `$domain_data`. So is a path inside `$home` with
`create_file = belowhome`.

Bad (transport):

    t1:
      driver = appendfile
      file = /var/mail/$local_part
      user = Debian-exim

Good (transport):

    t1:
      driver = appendfile
      file = /var/mail/$local_part_data
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-delivery-path", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `file` and `directory` of appendfile transports."""
    return tainted_at(survey, _message, "path")


def _message(sink: Sink) -> str:
    path = shown(sink.use, sink.use.whole)
    name = getattr(sink.use.owner, "name", "")
    return f"Tainted '{path}' (file or directory name for {name} transport) not permitted"
