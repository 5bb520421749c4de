"""A file or a command of a redirect router is named by what the sender wrote.

Exim 4.94 and later defer the address: `Tainted name '/home/bob/.forward' for file read not permitted`. The same holds for
`:include:`, and for a path or a `|command` as the result.

Bad (router):

    r1:
      driver = redirect
      file = /home/$local_part/.forward

Good (router):

    r1:
      driver = redirect
      check_local_user
      file = $home/.forward
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-redirect-file", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `file`, and of `data` that is a path, a command or `:include:`."""
    return tainted_at(survey, _message, "forward")


def _message(sink: Sink) -> str:
    text = shown(sink.use, sink.span)
    if sink.use.name == "file":
        return f"Tainted name '{text}' for file read not permitted"
    if ":include:" in text:
        return f"Tainted name '{text}' for included file not permitted"
    what = "command" if "|" in text[:2] else "file or directory name"
    return f"Tainted '{text}' ({what}) not permitted"
