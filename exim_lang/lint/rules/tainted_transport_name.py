"""The name of the transport is made of what the sender wrote.

Exim defers the address: `attempt to use tainted value 't_example.org' from 't_$domain' for transport`.

Bad (router):

    r1:
      driver = accept
      transport = t_$domain

Good (router):

    r1:
      driver = accept
      domains = lsearch;/etc/exim4/transports
      transport = $domain_data
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-transport-name", group="taint", severity="error", since="4.93")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of the option `transport`."""
    return tainted_at(survey, _message, "transport", mends=False)


def _message(sink: Sink) -> str:
    return f"attempt to use tainted value from '{shown(sink.use, sink.use.whole)}' for transport"
