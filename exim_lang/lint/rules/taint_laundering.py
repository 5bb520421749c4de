"""What the sender wrote comes back as something that Exim trusts, and names a file, a host or a command.

Exim takes the output of `${run`, `${readsocket`, `${perl`, `${dlfunc` and `${env` for its own, and the answer of a server to
`SELECT '${quote_sqlite:$local_part}'`. Nothing was checked: `../../etc/cron.d/x` goes where it likes.

Bad (transport):

    t1:
      driver = appendfile
      file = /var/mail/${run{/bin/echo $local_part}}
      user = Debian-exim

Bad (transport):

    t1:
      driver = appendfile
      file = /var/mail/${lookup sqlite{SELECT '${quote_sqlite:$local_part}'}}
      user = Debian-exim

Good (transport):

    t1:
      driver = appendfile
      file = /var/mail/${lookup{$local_part}lsearch,ret=key{/etc/users}{$value}fail}
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.sinks import sinks
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("taint-laundering", group="taint", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Values at sinks that Exim trusts although they came from outside through a program or a socket."""
    flow = survey.flow
    for sink in sinks(flow):
        if sink.goal == "key":
            continue
        for part in leaves(sink.parts):
            value = flow.of(sink.use, part)
            if value.outside and not value.tainted and value.laundered:
                message = f"{value.laundered} gives {value.source} back untainted: Exim cannot see that it comes from outside"
                help = "look the value up in a list of valid names"
                yield sink.use.finding(part.span, message, help=help, flow=way(value))
