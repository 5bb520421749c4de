"""Patterns that only PCRE2 understands as Exim does (specification chapter 8)."""

from __future__ import annotations

from pcre2 import _cy

from exim_lang.errors import ExpansionError
from exim_lang.expand.regex import MOST_CAPTURES, Groups, Match, kept

_CASELESS = 0x00000008
# The Python binding turns these two on for everybody: \u as in JavaScript, and no \C. Exim has neither, and the public
# function of the binding offers no way to ask for that.
_NOT_IN_EXIM = 0x00000002 | 0x00100000
_JIT_STACK_LIMIT = -46
_CONTEXT = _cy.create_match_context()


class Pcre2:
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
        return Match(kept(subject, groups), begin, end)

    def groups(self, subject: bytes) -> Groups | None:
        found = self.search(subject)
        return None if found is None else found.groups

    def replace(self, subject: bytes, replacement: bytes) -> bytes | None:
        return None
