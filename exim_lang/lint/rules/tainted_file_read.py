"""A file or a socket that is read is named by what the sender wrote.

Exim 4.94 and later do not open it: `Tainted filename '/etc/exim4/deny/example.org'`. The command is answered with a temporary
error. In a list one tainted item taints all of them, so a file beside `$sender_address_domain` is refused, too.

Bad (acl):

    deny senders = /etc/exim4/deny/$domain
    accept

Bad (acl):

    deny domains = dsearch;/etc/exim4/deny
         senders = /etc/exim4/deny/$domain
    accept

Good (acl):

    deny domains = dsearch;/etc/exim4/deny
         senders = /etc/exim4/deny/$domain_data
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-file-read", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of files in lists, of `${readfile}`, `${readsocket}`, `bounce_message_file`."""
    return tainted_at(survey, _message, "read")


def _message(sink: Sink) -> str:
    text = shown(sink.use, sink.span)
    if sink.use.name in ("bounce_message_file", "warn_message_file"):
        return f"'{text}' is not untainted after expansion"
    return f"Tainted filename '{text}'"
