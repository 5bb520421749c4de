"""`$local_part_data` is what the lookup found, not what was looked up.

After `local_parts = lsearch;/etc/exim4/users` it is the data behind the name in the line, often nothing. With `ret=key` it is
the name itself.

Bad (router):

    r1:
      driver = accept
      local_parts = lsearch;/etc/exim4/users
      transport = t_null

Good (router):

    r1:
      driver = accept
      local_parts = lsearch,ret=key;/etc/exim4/users
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix, Note
from exim_lang.lint.flow.alternatives import starts
from exim_lang.lint.flow.data import OPTIONS, entries
from exim_lang.lint.flow.data_uses import data_uses, leads_nowhere
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

if TYPE_CHECKING:
    from exim_lang.lint.flow.data import Entry
    from exim_lang.lint.flow.data_uses import DataUse


@rule("data-variable-is-lookup-result", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Lookups in lists of routers whose data becomes a part of a path."""
    flow = survey.flow
    used = {(id(one.router), one.variable): one for one in data_uses(flow) if _is_part_of_path(one)}
    for router in survey.config.routers:
        nowhere = leads_nowhere(flow, router)
        for variable in OPTIONS:
            use = used.get((id(router), variable))
            if use is None and not (nowhere and variable == "local_part_data"):
                continue
            for entry in entries(survey, router, variable):
                if entry.shape != "lookup" or entry.use is None:
                    continue
                message = f"${variable} is the data that this lookup finds in the router {router.name}, not the key"
                notes = (Note(f"${variable} is used here", use.sink.use.text, use.node.span),) if use else ()
                help = "add ret=key to the type, when the name itself is wanted"
                yield entry.use.finding(entry.span, message, help=help, fix=_fix(entry), notes=notes)


def _is_part_of_path(one: DataUse) -> bool:
    """Whether a literal path stands in front of it: a variable that is the whole path is meant to be data."""
    first = next(iter(one.sink.parts), None)
    path = starts(one.sink.use.tree) if one.sink.goal != "argument" else b""
    return first is not one.node and path.startswith((b"/", b"#"))


def _fix(entry: Entry) -> Fix | None:
    use, item = entry.use, entry.item
    if use is None or item is None or item.lookup is None or item.lookup[0] not in ("lsearch", "cdb", "dbm", "wildlsearch"):
        return None
    at = use.text.string.find(";", entry.span.start)
    edit = use.edit(Span(at, at), ",ret=key")
    return Fix("add ret=key", (edit,), safe=False) if edit is not None else None
