"""Regular expressions as Exim has them: PCRE2 on bytes, without UTF (specification chapter 8).

A match that PCRE2 gives up (its match limit, its memory, a broken `(*UTF)` subject) counts as no match, as in Exim.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from operator import methodcaller
from typing import NamedTuple, Protocol

from pcre2 import _cy

from exim_lang.errors import ExpansionError

MOST_CAPTURES = 20
"""`$0` to `$20`: what Exim keeps of a match."""

NOT_EMPTY_AT_START = 0x00000008
"""Option of a search: an empty match at the starting offset does not count."""
ANCHORED = 0x80000000
"""Option of a search: the match must begin at the starting offset."""

_CASELESS = 0x00000008
# The Python binding turns these two on for everybody: \u as in JavaScript, and no \C. Exim has neither, and the public
# function of the binding offers no way to ask for that.
_NOT_IN_EXIM = 0x00000002 | 0x00100000
_JIT_STACK_LIMIT = -46
_CONTEXT = _cy.create_match_context()

# What PCRE2 and Python's `re` read alike: literals, dots, classes, simple groups and alternatives; no quantified group.
# At most two unbounded repeats keep the time of a failing `re` match on a short subject small.
_ALIKE = re.compile(
    rb"""\^?(?:
        (?: [\w@%&=,:;/<>!"'#~`\ -] | \\[.\-@+*?()\[\]{}|^$/\\dDwWsS] | \.
          | \[\^?(?:[\w@.+*?(){},;:/=%!<>"'\#$](?:-[a-zA-Z0-9])?|\\[.\-\]\[\\^dws/])+-?\] ) (?:[*+?](?![*+?{]))?
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


class _Pcre2:
    """A pattern that only PCRE2 understands as Exim does."""

    __slots__ = ("_code", "_without_jit", "captures", "caseless", "pattern")

    def __init__(self, pattern: bytes, caseless: bool) -> None:
        self.pattern = pattern
        self.caseless = caseless
        self._without_jit: _cy.PCRE2Code | None = None
        self._code = self._compile()
        _cy.jit_compile(self._code)
        self.captures: int = _cy.pattern_capture_count(self._code)

    def _compile(self) -> _cy.PCRE2Code:
        try:
            return _cy.compile(self.pattern, _CASELESS if self.caseless else 0, _NOT_IN_EXIM)
        except _cy.PatternError as error:
            reason = error.msg.partition("; ")[2]
            shown = self.pattern.decode("latin-1")
            raise ExpansionError(f'regular expression error in "{shown}": {reason} at offset {error.pos}') from None

    def _match(self, subject: bytes, start: int, options: int) -> _cy.PCRE2MatchData | None:
        try:
            return _cy.match(self._code, subject, len(subject), start, _CONTEXT, options)[0]
        except _cy.LibraryError as error:
            if error.code != _JIT_STACK_LIMIT:
                return None
        # The stack of the compiled code is small; the interpreter takes its memory from the heap.
        if self._without_jit is None:
            self._without_jit = self._compile()
        try:
            return _cy.match(self._without_jit, subject, len(subject), start, _CONTEXT, options)[0]
        except _cy.LibraryError:
            return None

    def search(self, subject: bytes, start: int = 0, options: int = 0) -> Match | None:
        data = self._match(subject, start, options)
        if data is None:
            return None
        begin, end = _cy.match_substring_span_bynumber(data, subject, 0)
        numbers = range(min(self.captures, MOST_CAPTURES) + 1)
        groups = tuple(_cy.match_substring_bynumber(data, subject, number) for number in numbers)
        return Match(_kept(subject, groups), begin, end)

    def groups(self, subject: bytes) -> Groups | None:
        found = self.search(subject)
        return None if found is None else found.groups

    def replace(self, subject: bytes, replacement: bytes) -> bytes | None:
        return None


class _Simple:
    """A pattern that means the same to `re`, which is several times faster."""

    __slots__ = ("_all", "_compiled", "_never_empty", "_pcre2", "_search", "captures", "caseless", "pattern")

    def __init__(self, pattern: bytes, caseless: bool) -> None:
        self.pattern = pattern
        self.caseless = caseless
        self._compiled = re.compile(pattern, re.IGNORECASE if caseless else 0)
        self._search = self._compiled.search
        self._pcre2: _Pcre2 | None = None
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
        return None if found is None else Match(_kept(subject, self._all(found)), *found.span())

    def groups(self, subject: bytes) -> Groups | None:
        if len(subject) > _LONGEST_FOR_RE:
            return self._by_pcre2().groups(subject)
        found = self._search(subject)
        if found is None:
            return None
        groups = self._all(found)
        return groups if type(subject) is bytes and groups[-1] is not None else _kept(subject, groups)

    def replace(self, subject: bytes, replacement: bytes) -> bytes | None:
        # Where one match can be empty, `re` and Perl differ on where the next one starts.
        if not self._never_empty or b"\\" in replacement or len(subject) > _LONGEST_FOR_RE:
            return None
        replaced = self._compiled.sub(replacement, subject)
        kind = type(subject)
        return replaced if kind is bytes else kind(replaced)

    def _by_pcre2(self) -> _Pcre2:
        if self._pcre2 is None:
            self._pcre2 = _Pcre2(self.pattern, self.caseless)
        return self._pcre2


def _kept(subject: bytes, groups: Groups) -> Groups:
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
    return _Pcre2(pattern, caseless)


def compile(pattern: bytes, *, caseless: bool = False) -> Pattern:
    """The compiled regular expression; compiling one again costs nothing.

    Raises ExpansionError `regular expression error in "...": ... at offset ...`.
    """
    return _compiled(bytes(pattern), caseless)
