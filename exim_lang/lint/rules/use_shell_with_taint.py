"""A shell runs a command that contains what the sender wrote.

With `use_shell` a pipe transport hands the expanded string to `/bin/sh -c`, and Exim does not look whether it is tainted. The
recipient `"x;touch /tmp/y"@example.org` is enough to run a command as the user of the transport.

Bad (transport):

    t1:
      driver = pipe
      use_shell
      command = /usr/local/bin/log $local_part >>/var/log/x
      user = Debian-exim

Good (transport):

    t1:
      driver = pipe
      command = /usr/local/bin/log
      environment = "RECIPIENT=$local_part"
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


@rule("use-shell-with-taint", group="taint", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Parts of commands for the shell that come from outside."""
    flow = survey.flow
    for sink in sinks(flow, "shell"):
        for part in leaves(sink.parts):
            value = flow.of(sink.use, part)
            if value.outside:
                message = f"a shell reads {value.source}: whoever chooses it runs commands here"
                help = "take use_shell away, and pass data in environment or on standard input"
                yield sink.use.finding(part.span, message, help=help, flow=way(value))
