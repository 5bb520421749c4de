"""The file of a lookup is named by what the sender wrote.

Exim 4.94 and later refuse to open it: `Tainted filename for search: '/etc/exim4/domains/example.org/aliases'`. The expansion
fails, and the command or the delivery is deferred. In a list one tainted item taints all of them, lookups too.

Bad (router):

    r1:
      driver = redirect
      data = ${lookup{$local_part}lsearch{/etc/exim4/domains/$domain/aliases}}

Good (router):

    r1:
      driver = redirect
      domains = dsearch;/etc/exim4/domains
      data = ${lookup{$local_part}lsearch{/etc/exim4/domains/$domain_data/aliases}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-lookup-file", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of the files of `${lookup{key}type{file}}` and of `type;file` in lists."""
    return tainted_at(survey, _message, "search")


def _message(sink: Sink) -> str:
    return f"Tainted filename for search: '{shown(sink.use, sink.span)}'"
