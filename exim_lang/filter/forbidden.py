"""Expansions that the options `forbid_filter_...` of a redirect router take away from filters (specification section 22.6)."""

from __future__ import annotations

import re

from exim_lang.errors import ExpansionError

_KINDS = (
    ("lookup", re.compile(rb"\$\{\s*lookup\b"), "lookup expansions are not permitted"),
    ("run", re.compile(rb"\$\{\s*run\b"), "running a command is not permitted"),
    ("perl", re.compile(rb"\$\{\s*perl\b"), "Perl calls are not permitted"),
    ("readfile", re.compile(rb"\$\{\s*readfile\b"), "file insertions are not permitted"),
    ("readsocket", re.compile(rb"\$\{\s*readsocket\b"), "socket insertions are not permitted"),
    ("dlfunc", re.compile(rb"\$\{\s*dlfunc\b"), "dynamically-loaded functions are not permitted"),
    ("existstest", re.compile(rb"\bexists\s*\{"), "File existence tests are not permitted"),
    ("existstest", re.compile(rb"\$\{\s*stat\s*:"), "Use of the stat() expansion is not permitted"),
)


def check_allowed(text: bytes, forbidden: frozenset[str]) -> None:
    """Raises ExpansionError for a string with an expansion that is forbidden; Exim does so wherever it stands."""
    for name, pattern, message in _KINDS if forbidden and b"{" in text else ():
        if name in forbidden and pattern.search(text):
            raise ExpansionError(message)
