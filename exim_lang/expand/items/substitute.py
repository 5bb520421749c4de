"""`${sg{subject}{regex}{replacement}}` and `${tr{subject}{characters}{replacements}}` (specification section 11.5)."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.expand import regex
from exim_lang.expand.registry import item
from exim_lang.expand.scope import Scope
from exim_lang.taint import join, like


def prepared_sg(
    subject: bytes | None, pattern: bytes | None, replacement: bytes | None
) -> Callable[[Scope, bytes], bytes] | None:
    """`sg` with a pattern that is compiled once, and a replacement that is the same for every match."""
    if pattern is None or replacement is None or subject is not None:
        return None
    compiled = regex.compile(pattern)
    if not is_fixed(replacement):
        return lambda scope, subject: substitute(scope, subject, compiled, replacement)

    def replace(scope: Scope, subject: bytes) -> bytes:
        replaced = compiled.replace(subject, replacement)
        return substitute(scope, subject, compiled, replacement) if replaced is None else replaced

    return replace


@item("sg", 3, scope=True, prepare=prepared_sg)
def sg(scope: Scope, subject: bytes, pattern: bytes, replacement: bytes) -> bytes:
    """Replaces every match; the replacement is expanded for each, with `$0`, `$1`, ... of that match."""
    return substitute(scope, subject, regex.compile(pattern), replacement)


def is_fixed(replacement: bytes) -> bool:
    """Whether expanding the replacement gives itself."""
    return b"$" not in replacement and b"\\" not in replacement and type(replacement) is bytes


def substitute(scope: Scope, subject: bytes, compiled: regex.Pattern, replacement: bytes) -> bytes:
    """`subject` with the expanded replacement for every match."""
    from exim_lang.expand.engine import expand

    fixed = is_fixed(replacement)
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
