"""Lists and named lists: `${listcount:`, `${listnamed:` (specification section 11.6)."""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import quote_item, split_list

_KINDS: Final = {"a": "address", "d": "domain", "h": "host", "l": "localpart"}
_ORDER: Final = ("address", "domain", "host", "localpart")


@operator("listcount", scope=True, taint="clears")
def listcount(scope: Scope, value: bytes) -> bytes:
    """The number of items."""
    return b"%d" % sum(1 for _ in split_list(value, tainted_too=scope.config.dialect.version < (4, 99)))


@operator("listnamed", argument=True, scope=True, taint="clears")
def listnamed(scope: Scope, value: bytes, argument: str | None) -> bytes:
    """The items of a named list, those of the lists it refers to among them, joined by ` : `; nothing is expanded."""
    kind = None
    if argument is not None:
        kind = _KINDS.get(argument[:1])
        if kind is None:
            raise ExpansionError('bad suffix on "list" operator')
    return _content(scope, value.decode("latin-1").removeprefix("+"), kind, ())


def _content(scope: Scope, name: str, kind: str | None, above: tuple[tuple[str, str], ...]) -> bytes:
    lists = scope.config.lists
    found = next((each for each in ((kind,) if kind else _ORDER) if name in lists.get(each, {})), None)
    if found is None:
        raise ExpansionError(f'"{name}" is not a {f"{kind} " if kind else ""}named list')
    if (found, name) in above:
        raise ExpansionError(f'named list "{name}" refers to itself')
    items = []
    for item in split_list(lists[found][name].text.encode()):
        if item[:1] == b"+":
            items.append(_content(scope, item[1:].decode("latin-1"), found, (*above, (found, name))))
        else:
            items.append(quote_item(item))
    return b" : ".join(items)
