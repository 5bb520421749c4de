"""A list with `+name`, `@` or the like contains what the sender wrote, too.

A list is one string: a tainted variable taints all of it. Exim 4.99 and later write `attempt to use tainted list metadata
+local_domains` into the panic log at each use, and announce that they will refuse it.

Bad (acl):

    accept domains = +local_domains : $sender_address_domain
    deny

Good (acl):

    accept domains = +local_domains
    accept domains = $sender_address_domain
    deny
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.lint.finding import Finding, Note
from exim_lang.lint.flow.report import way
from exim_lang.lint.flow.sinks import matched_lists
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.syntax.list import List, ListItem

_NAMES: Final = (ItemKind.CONTROL, ItemKind.NAMED)
_SPECIAL: Final = (ItemKind.SELF, ItemKind.INTERFACES, ItemKind.MX)


@rule("tainted-list-metadata", group="taint", severity="warning", since="4.99")
def check(survey: Survey) -> Iterator[Finding]:
    """Items that are more than patterns, in lists of which any part is tainted."""
    flow = survey.flow
    for use, items in matched_lists(survey):
        special = [item for item in items.items if _is_special(items, item)]
        if not special:
            continue
        value = flow.taint_of(use)
        if value.tainted:
            first = special[0]
            message = f"attempt to use tainted list metadata {first.text}: {value.source} taints the list"
            help = f"name a list of the other items, or write two conditions, one of them without {value.source}"
            notes = tuple(Note("this one, too", use.text, item.pattern) for item in special[1:])
            yield use.finding(first.pattern, message, help=help, flow=way(value), notes=notes)


def _is_special(items: List, item: ListItem) -> bool:
    return item.constant and (item.kind in _NAMES or (items.kind == "domain" and item.kind in _SPECIAL))
