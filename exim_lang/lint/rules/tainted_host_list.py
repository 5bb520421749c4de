"""The hosts to deliver to are named by what the sender wrote.

The smtp transport defers the message: `attempt to use tainted host list 'mx.example.org' from 'mx.$domain' in transport t1`.

Bad (transport):

    t1:
      driver = smtp
      hosts = mx.$domain
      hosts_override

Good (transport):

    t1:
      driver = smtp
      hosts = ${lookup{$domain}lsearch{/etc/exim4/hosts}}
      hosts_override
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-host-list", group="taint", severity="error", since="4.93")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `hosts` and `interface` of smtp transports."""
    return tainted_at(survey, _message, "hosts", mends=False)


def _message(sink: Sink) -> str:
    use = sink.use
    text = shown(use, use.whole)
    if use.name == "interface":
        return f"attempt to use tainted value from '{text}' for interface"
    return f"attempt to use tainted host list from '{text}' in transport {getattr(use.owner, 'name', '')}"
