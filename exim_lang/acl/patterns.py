"""Lists of regular expressions that content is searched for (specification section 45.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl import log
from exim_lang.acl.facts import remember
from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.string_list import split_list
from exim_lang.taint import Tainted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exim_lang.acl.check import Check
    from exim_lang.expand.regex import Pattern

MOST_VARIABLES = 9


def compile_patterns(check: Check) -> list[Pattern]:
    """The patterns of a condition; broken ones are logged and left out. Unsets `$regex_match_string`, `$regex1`, ..."""
    scope = check.scope
    for number in range(1, MOST_VARIABLES + 1):
        remember(scope, f"regex{number}", None)
    remember(scope, "regex_match_string", None)
    found = []
    for pattern in split_list(check.value):
        if pattern.lower() == b"false" or pattern == b"0":
            continue
        try:
            found.append(regex.compile(pattern))
        except ExpansionError as error:
            shown = pattern.decode("latin-1")
            line = f"{check.name} acl condition warning - error in regex '{shown}': {error.message}, skipped"
            log.write(scope, ("main",), line)
    return found


def search(check: Check, patterns: list[Pattern], subjects: Iterable[bytes]) -> bool:
    """Whether a pattern is found in one of the subjects; the first that is sets `$regex_match_string`, `$regex1`, ..."""
    for subject in subjects:
        for pattern in patterns:
            match = pattern.search(Tainted(subject))
            if match is None:
                continue
            remember(check.scope, "regex_match_string", pattern.pattern[:1023])
            for number, value in enumerate(match.groups[1 : MOST_VARIABLES + 1], 1):
                remember(check.scope, f"regex{number}", value or b"")
            return True
    return False
