"""`${sg{subject}{regex}{replacement}}` and `${tr{subject}{characters}{replacements}}` (specification section 11.5)."""

from __future__ import annotations

from exim_lang.expand import regex
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import join, like


@item("sg", 3, scope=True)
def sg(scope: Scope, subject: bytes, pattern: bytes, replacement: bytes) -> bytes:
    """Replaces every match; the replacement is expanded for each, with `$0`, `$1`, ... of that match."""
    from exim_lang.expand.engine import expand

    compiled = regex.compile(pattern)
    fixed = b"$" not in replacement and b"\\" not in replacement
    parts: list[bytes] = []
    copied = at = 0
    options = 0
    saved = scope.numeric
    try:
        while True:
            match = compiled.search(subject, at, options)
            if match is None:
                if not options or at >= len(subject):
                    break
                # Behind an empty match: nothing longer starts here, so go on behind the next character.
                at += 1
                options = 0
                continue
            scope.numeric = match.groups
            parts.append(like(subject[copied : match.start], subject))
            parts.append(replacement if fixed else expand(replacement, scope))
            copied = at = match.end
            options = regex.NOT_EMPTY_AT_START | regex.ANCHORED if match.start == match.end else 0
    finally:
        scope.numeric = saved
    if not parts:
        return subject
    parts.append(like(subject[copied:], subject))
    return join(parts)


@item("tr", 3)
def tr(subject: bytes, characters: bytes, replacements: bytes) -> bytes:
    """Replaces single bytes; the last of several equal ones counts, the last replacement is used again."""
    if not replacements:
        return subject
    filled = replacements + replacements[-1:] * len(characters)
    table = bytearray(range(256))
    for old, new in zip(characters, filled, strict=False):
        table[old] = new
    return like(subject.translate(bytes(table)), subject)
