"""Reading the name of a lookup: partial matching, the type itself, defaults, options (specification 9.1, 9.6, 9.7)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from exim_lang.errors import ExpansionError
from exim_lang.records import dataclass, field
from exim_lang.search.registry import LOOKUPS, LookupType

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

_PARTIAL: Final = re.compile(rb"partial([0-9]*)(?:-|\(([!-'*-/:-@\[-`{-~(]*)\))")
WILD: Final = ("wildlsearch", "nwildlsearch")
"""Lookup types whose keys may be regular expressions, which set the numeric variables."""
_GENERAL: Final = (b"ret=key", b"cache=no_rd", b"cache=no_wr")


@dataclass(frozen=True, slots=True)
class SearchType:
    """A lookup as it is written: `partial3-(.)lsearch*@,ret=key`.

    `partial` is the least number of components that are not wild, None without partial matching; `affix` stands in
    front of partial keys. `star` are the defaults to try. `options` are without `ret=key`, `cache=no_rd` and
    `cache=no_wr`, which are `return_key`, `read_cache` and `write_cache`.
    """

    text: str
    lookup: LookupType = field(repr=False)
    partial: int | None = None
    affix: bytes = b"*."
    star: Literal["", "*", "*@"] = ""
    options: tuple[bytes, ...] = ()
    return_key: bool = False
    read_cache: bool = True
    write_cache: bool = True
    simple: bool = False
    """One key, nothing but the value found, and no numeric variables: see `find_value` of exim_lang.search.search."""

    @property
    def name(self) -> str:
        """The lookup type alone: "lsearch"."""
        return self.lookup.name

    @property
    def is_single_key(self) -> bool:
        """Whether it wants a key and a file."""
        return self.lookup.kind == "single-key"

    @property
    def takes_query(self) -> bool:
        """Whether it wants a query."""
        return self.lookup.kind != "single-key"


def parse_lookup_type(name: bytes, dialect: Dialect | None = None) -> SearchType:
    """Reads `name`, which ends before the white space, `{` or `;` behind a lookup type.

    Types that the dialect's version or build does not have are unknown to it; None knows all. Raises ExpansionError.
    """
    partial, affix, type_name, star, options, shown = _split(bytes(name))
    lookup = find_type(type_name, dialect)
    if lookup.kind == "query":
        if partial is not None:
            raise ExpansionError(f'"partial" is not permitted for lookup type "{shown}"')
        if star:
            raise ExpansionError(f'defaults using "*" or "*@" are not permitted for lookup type "{shown}"')
    return _make(name.decode("latin-1"), lookup, partial, affix, star, options)


_Star: TypeAlias = Literal["", "*", "*@"]


@lru_cache(maxsize=1024)
def _make(
    text: str, lookup: LookupType, partial: int | None, affix: bytes, star: _Star, options: tuple[bytes, ...]
) -> SearchType:
    return SearchType(
        text,
        lookup,
        partial,
        affix,
        star,
        tuple(option for option in options if option not in _GENERAL),
        b"ret=key" in options,
        b"cache=no_rd" not in options,
        b"cache=no_wr" not in options,
        partial is None and not star and b"ret=key" not in options and lookup.name not in WILD,
    )


@lru_cache(maxsize=1024)
def _split(name: bytes) -> tuple[int | None, bytes, bytes, _Star, tuple[bytes, ...], str]:
    """Partial matching, affix, type, default, options; and what Exim shows of it in errors."""
    rest = name
    partial: int | None = None
    affix = b"*."
    if name.startswith(b"partial"):
        match = _PARTIAL.match(name)
        if match is None:
            raise ExpansionError(f'format error in lookup type "{name.decode("latin-1")}"')
        partial = int(match[1]) if match[1] else 2
        affix = match[2] if match[2] is not None else b"*."
        rest = name[match.end() :]
    end = len(rest)
    star: _Star = ""
    at = rest.find(b"*")
    if at != -1:
        end = at
        star = "*@" if rest[at + 1 : at + 2] == b"@" else "*"
    comma = rest.find(b",", max(at, 0))
    options: tuple[bytes, ...] = ()
    if comma != -1:
        end = min(end, comma)
        options = tuple(option for option in (part.strip() for part in rest[comma + 1 :].split(b",")) if option)
    return partial, affix, rest[:end], star, options, rest.decode("latin-1")


def _lacks(dialect: Dialect, name: str) -> bool:
    """Whether an Exim of that dialect does not have a lookup type, and no plug-in adds it."""
    if dialect.knows("lookup", name):
        return False
    return dialect.lacks("lookup", name) or LOOKUPS[name].find.__module__.startswith("exim_lang.")


@lru_cache(maxsize=256)
def find_type(name: bytes, dialect: Dialect | None = None) -> LookupType:
    """The lookup type of that name; raises ExpansionError for one that is unknown to Exim or to its build."""
    text = name.decode("latin-1")
    lookup = LOOKUPS.get(text)
    if lookup is None or (dialect is not None and _lacks(dialect, text)):
        raise ExpansionError(f'unknown lookup type "{text}"')
    return lookup
