"""Regular expressions in configurations, looked at without running them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use
    from exim_lang.syntax.list import List, ListItem

PROTECTED = re.compile(r"^!?\s*\\N")


@cache
def error_in(pattern: str) -> str:
    """What PCRE2 says of a pattern, empty when it takes it."""
    from exim_lang.errors import EximLangError
    from exim_lang.expand.regex import compile

    try:
        compile(pattern.encode("latin-1"))
    except EximLangError as error:
        return error.message
    return ""


def list_regexes(survey: Survey) -> Iterator[tuple[Use, List, ListItem]]:
    """All items of lists that are regular expressions."""
    for use, items in survey.lists():
        for item in items.items:
            if item.kind is ItemKind.REGEX or item.written.startswith("^"):
                yield use, items, item


def is_protected(use: Use, item: ListItem) -> bool:
    """Whether an item stands between two `\\N`, so that it is not expanded."""
    return "\\N" in use.source(item.span)


def constant_patterns(survey: Survey) -> Iterator[tuple[Use, str, Span]]:
    """Regular expressions that are the same whatever the values are: of lists, of `match`, of `sg`."""
    for use, _, item in list_regexes(survey):
        if item.constant:
            yield use, item.text, item.pattern
    nodes: list[tuple[Use, tree.Test | tree.Item]] = [*survey.tests("match"), *survey.items("sg")]
    for use, node in nodes:
        pattern = literal_of(node.arguments[1]) if len(node.arguments) > 1 else None
        if pattern is not None:
            yield use, pattern, node.arguments[1].span


def literal_of(string: tree.String) -> str | None:
    """The text of a string without expansions, None when it has any."""
    if not all(isinstance(part, tree.Literal) for part in string.parts):
        return None
    return b"".join(part.value for part in string.parts if isinstance(part, tree.Literal)).decode("latin-1")
