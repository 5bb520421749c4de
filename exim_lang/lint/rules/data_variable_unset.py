"""`$local_part_data` or `$domain_data` is used, and nothing sets it.

They are set when a list of the router matches: `local_parts`, or `check_local_user`, and `domains`; an item behind `!` sets
nothing. Without that they are empty, and the file or the directory is a wrong one.

Bad (full):

    keep_environment =
    begin routers
    r:
      driver = accept
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /var/mail/$local_part_data
      user = Debian-exim

Good (full):

    keep_environment =
    begin routers
    r:
      driver = accept
      check_local_user
      transport = t
    begin transports
    t:
      driver = appendfile
      file = /var/mail/$local_part_data
      user = Debian-exim
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Note
from exim_lang.lint.flow.data import OPTIONS, entries
from exim_lang.lint.flow.data_uses import data_uses
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("data-variable-unset", group="taint", severity="error", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Data variables in names of files and commands behind routers that do not set them."""
    for one in data_uses(survey.flow):
        empty = next((entry for entry in entries(survey, one.router, one.variable) if entry.shape in ("unset", "empty")), None)
        if empty is None or _is_asked_for(survey, one.router.name, one.variable):
            continue
        option = OPTIONS[one.variable]
        why = f"has no {option}" if empty.shape == "unset" else f"matches with a negated item of {option}"
        message = f"${one.variable} is empty here: the router {one.router.name} {why}"
        other = "check_local_user or local_parts" if option == "local_parts" else "domains"
        notes = (Note(f"the router {one.router.name}", one.router.line.text, one.router.span),)
        help = f"set {other} in the router {one.router.name}"
        yield one.sink.use.finding(one.node.span, message, help=help, notes=notes)


def _is_asked_for(survey: Survey, router: str, variable: str) -> bool:
    """Whether the router runs only when the variable is set, by whatever."""
    uses = survey.of("router", "condition")
    return any(getattr(use.owner, "name", "") == router and f"def:{variable}" in use.text.string for use in uses)
