"""Lookups as list items: `type;file` and `type;query` (specification sections 10.9, 10.18 to 10.20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.lists.result import ItemDeferred
from exim_lang.lists.trouble import fatal
from exim_lang.records import replace
from exim_lang.search.search import Found, SearchDeferred, find, parse_lookup_type
from exim_lang.search.types import SearchType
from exim_lang.syntax.list_items import SPACES
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def lookup_type(scope: Scope, item: bytes) -> tuple[SearchType, bytes]:
    """The lookup type in front of the first semicolon of `item`, and what follows; raises ExpansionError."""
    name, _, rest = item.partition(b";")
    return parse_lookup_type(name, scope.config.dialect), like(rest.lstrip(SPACES), item)


def look_up_item(scope: Scope, item: bytes, key: bytes, *, partial: bool) -> Found | None:
    """Does the lookup that an item asks for: of `key`, unless the item has a query of its own.

    `partial=False` drops partial matching. Raises ItemDeferred, and what `fatal` gives.
    """
    try:
        search, rest = lookup_type(scope, item)
    except ExpansionError as error:
        raise fatal(scope, error.message) from error
    if not partial and search.partial is not None:
        search = replace(search, partial=None)
    return run_lookup(scope, search, rest, key)


def run_lookup(scope: Scope, search: SearchType, rest: bytes, key: bytes) -> Found | None:
    """`rest` is the file of a single-key lookup, or else the query; raises as `look_up_item` does."""
    try:
        return find(scope, search, key, rest) if search.is_single_key else find(scope, search, rest)
    except SearchDeferred as error:
        raise ItemDeferred(error.message) from error
    except ExpansionError as error:
        raise fatal(scope, error.message) from error
