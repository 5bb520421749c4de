"""`$local_part_data` is the pattern that matched, not the local part.

The data variables hold the item of the list: after `local_parts = *` that is `*`, after `*.example` the wildcard, after a
regular expression its text. It is clean, so nothing is refused: the mail of all users goes to one file whose name is `*`.

Bad (router):

    r1:
      driver = accept
      local_parts = *
      transport = t_null

Good (router):

    r1:
      driver = accept
      local_parts = lsearch,ret=key;/etc/exim4/users
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      domains = *.example.org
      check_local_user
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Note
from exim_lang.lint.flow.data import OPTIONS, entries
from exim_lang.lint.flow.data_uses import data_uses, leads_nowhere
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver


@rule("data-variable-is-pattern", group="taint", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Patterns in `local_parts` and `domains` of routers whose data variables name files."""
    if not survey.dialect.within("4.94"):
        return
    flow = survey.flow
    used = {(id(one.router), one.variable): one for one in data_uses(flow)}
    for router in survey.config.routers:
        for variable in OPTIONS:
            use = used.get((id(router), variable))
            for entry in entries(survey, router, variable):
                if entry.shape != "pattern" or entry.use is None:
                    continue
                if use is None and not leads_nowhere(flow, router) and not _in_vain(router, variable):
                    continue
                pattern = entry.item.text if entry.item else ""
                message = f'${variable} is the pattern "{pattern}" itself in the router {router.name}, whatever matched it'
                help = f"{OPTIONS[variable]} = dsearch;DIRECTORY or lsearch,ret=key;FILE, or check_local_user"
                notes = (Note(f"${variable} is used here", use.sink.use.text, use.node.span),) if use else ()
                yield entry.use.finding(entry.span, message, help=help, notes=notes)


def _in_vain(router: Driver, variable: str) -> bool:
    """Whether the condition is `*`, which has no other effect than that of setting the variable."""
    setting = router.settings.get(OPTIONS[variable])
    star = setting is not None and setting.text.string.strip() == "*"
    return star and variable == "local_part_data" and router.driver == "accept"
