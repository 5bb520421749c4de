"""The expansion parser, made from the registries: which names are items, which conditions take how many strings."""

from __future__ import annotations

from functools import cache

from exim_lang.expand.registry import CONDITIONS, ITEMS
from exim_lang.syntax.expansion_parser import Parser, Shapes

# Items that the compiler writes itself have no function to register.
COMPILED_ITEMS = ("map", "reduce", "sort")
WRAPPED = ("acl", "saslauthd")
LISTS = ("match_address", "match_domain", "match_ip", "match_local_part")
EACH = tuple(f"{name}{kind}" for name in ("forany", "forall") for kind in ("", "_json", "_jsons"))


@cache
def parser() -> Parser:
    """The parser for the names that are registered; made once."""
    by_count: dict[int, set[str]] = {0: set(), 1: set(), 2: set()}
    for name in CONDITIONS:
        if name not in (*WRAPPED, *LISTS):
            by_count[CONDITIONS[name].least].add(name)
    return Parser(
        Shapes(
            items=frozenset([*ITEMS, *COMPILED_ITEMS]),
            no_string=frozenset(by_count[0]),
            one_string=frozenset(by_count[1]),
            two_strings=frozenset(by_count[2]),
            string_and_list=frozenset(LISTS),
            wrapped=frozenset(WRAPPED),
            each=frozenset(EACH),
        )
    )
