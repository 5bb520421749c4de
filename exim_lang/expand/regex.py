"""Regular expressions as Exim has them: PCRE2 on bytes, without UTF (specification chapter 8).

A match that PCRE2 gives up (its match limit, its memory, a broken `(*UTF)` subject) counts as no match, as in Exim.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import methodcaller
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from exim_lang.expand.pcre import Pcre2

MOST_CAPTURES = 20
"""`$0` to `$20`: what Exim keeps of a match."""

NOT_EMPTY_AT_START = 0x00000008
"""Option of a search: an empty match at the starting offset does not count."""
ANCHORED = 0x80000000
"""Option of a search: the match must begin at the starting offset."""

# What PCRE2 and Python's `re` read alike: literals, dots, classes, simple groups and alternatives; no quantified group.
# At most two unbounded repeats keep the time of a failing `re` match on a short subject small.
_ALIKE = re.compile(
    rb"""\^?(?:
        (?: [\w@%&=,:;/<>!"'#~`\ -] | \\[.\-@+*?()\[\]{}|^$/\\dDwWsS] | \.
          | \[\^?(?:[\w@.+*?(){},;:/=%!<>"'\#$](?:-[a-zA-Z0-9])?|\\[.\-\]\[\\^dws/]|\|(?!\|))+-?\] ) (?:[*+?](?![*+?{]))?
        | \((?:\?:)?(?![?*]) | \)(?![*+?{]) | \|
    )*\$?""",
    re.VERBOSE,
)
_REPEAT = re.compile(rb"(?<!\\)[*+]")
_POSIX = re.compile(rb"\[([.:=]).*\1\]", re.DOTALL)  # what POSIX has in classes PCRE2 refuses or reads as a class of its own
_LONGEST_FOR_RE = 256  # two repeats make the time grow with the third power: 20 ms here, a second for 1000 bytes


Groups = tuple[bytes | None, ...]


class Match(NamedTuple):
    """One match: `groups` holds the whole match and the captures (None where unset), with the taint of the subject.

    Captures behind the last one that took part are left out, as in Exim. `start` and `end` are offsets in bytes.
    """

    groups: Groups
    start: int
    end: int


class Pattern(Protocol):
    """A compiled regular expression."""

    pattern: bytes
    captures: int

    def search(self, subject: bytes, start: int = 0, options: int = 0) -> Match | None:
        """The first match at or behind `start`; None for no match, or when PCRE2 gives up."""
        ...

    def groups(self, subject: bytes) -> Groups | None:
        """What `Match.groups` of the first match is, for those who do not ask where it is."""
        ...

    def replace(self, subject: bytes, replacement: bytes) -> bytes | None:
        """`subject` with `replacement`, as it stands, for every match; None where only `search` can tell."""
        ...


class _Simple:
    """A pattern that means the same to `re`, which is several times faster."""

    __slots__ = ("_all", "_compiled", "_never_empty", "_pcre2", "_search", "captures", "caseless", "pattern")

    def __init__(self, pattern: bytes, caseless: bool) -> None:
        self.pattern = pattern
        self.caseless = caseless
        self._compiled = re.compile(pattern, re.IGNORECASE if caseless else 0)
        self._search = self._compiled.search
        self._pcre2: Pcre2 | None = None
        self.captures = self._compiled.groups
        self._all: Callable[[re.Match[bytes]], Groups]
        if self.captures:
            self._all = methodcaller("group", *range(min(self.captures, MOST_CAPTURES) + 1))
        else:
            self._all = lambda found: (found[0],)
        # Of the anchors only ^ and $ are left, which hold in an empty subject: what matches nothing does so there.
        self._never_empty = self._compiled.search(b"") is None

    def search(self, subject: bytes, start: int = 0, options: int = 0) -> Match | None:
        if options or len(subject) > _LONGEST_FOR_RE:
            return self._by_pcre2().search(subject, start, options)
        found = self._search(subject, start)
        return None if found is None else Match(kept(subject, self._all(found)), *found.span())

    def groups(self, subject: bytes) -> Groups | None:
        if len(subject) > _LONGEST_FOR_RE:
            return self._by_pcre2().groups(subject)
        found = self._search(subject)
        if found is None:
            return None
        groups = self._all(found)
        return groups if type(subject) is bytes and groups[-1] is not None else kept(subject, groups)

    def replace(self, subject: bytes, replacement: bytes) -> bytes | None:
        # Where one match can be empty, `re` and Perl differ on where the next one starts.
        if not self._never_empty or b"\\" in replacement or len(subject) > _LONGEST_FOR_RE:
            return None
        replaced = self._compiled.sub(replacement, subject)
        kind = type(subject)
        return replaced if kind is bytes else kind(replaced)

    def _by_pcre2(self) -> Pcre2:
        if self._pcre2 is None:
            from exim_lang.expand.pcre import Pcre2  # not every pattern needs it

            self._pcre2 = Pcre2(self.pattern, self.caseless)
        return self._pcre2


def kept(subject: bytes, groups: Groups) -> Groups:
    """What Exim keeps of `groups`: not the unset ones at the end; all with the taint of the subject."""
    while groups[-1] is None:
        groups = groups[:-1]
    kind = type(subject)
    if kind is bytes:
        return groups
    return tuple([None if group is None else kind(group) for group in groups])


@lru_cache(maxsize=2000)
def _compiled(pattern: bytes, caseless: bool) -> Pattern:
    if _ALIKE.fullmatch(pattern) and not _POSIX.search(pattern) and len(_REPEAT.findall(pattern)) <= 2:
        try:
            return _Simple(pattern, caseless)
        except re.error:
            pass  # PCRE2 says what is wrong with it, in the words that Exim passes on
    from exim_lang.expand.pcre import Pcre2  # not every pattern needs it

    return Pcre2(pattern, caseless)


def compile(pattern: bytes, *, caseless: bool = False) -> Pattern:
    """The compiled regular expression; compiling one again costs nothing.

    Raises ExpansionError `regular expression error in "...": ... at offset ...`.
    """
    return _compiled(bytes(pattern), caseless)
