"""The condition `regex`: patterns in the lines of the message (specification chapter 45.5)."""

from __future__ import annotations

import time
from collections.abc import Iterator

from exim_lang.acl import log
from exim_lang.acl.check import Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import condition
from exim_lang.errors import ExpansionError
from exim_lang.expand import regex as patterns
from exim_lang.expand.headers import REMOVED
from exim_lang.expand.regex import Pattern
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list
from exim_lang.taint import Tainted

MOST_VARIABLES = 9
_LONGEST_LINE = 32766


@condition("regex")
def regex(check: Check) -> bool:
    """Whether a line of the message, header lines included, matches one of the patterns.

    Sets `$regex_match_string` to the pattern and `$regex1`, `$regex2`, ... to its captures.
    """
    scope = check.scope
    for number in range(1, MOST_VARIABLES + 1):
        remember(scope, f"regex{number}", None)
    compiled = list(_compiled(scope, check.value))
    if not compiled:
        return False
    for line in lines_of(scope):
        for pattern in compiled:
            match = pattern.search(Tainted(line))
            if match is None:
                continue
            remember(scope, "regex_match_string", pattern.pattern[:1023])
            for number, value in enumerate(match.groups[1 : MOST_VARIABLES + 1], 1):
                remember(scope, f"regex{number}", value or b"")
            return True
    return False


def _compiled(scope: Scope, value: bytes) -> Iterator[Pattern]:
    for pattern in split_list(value):
        if pattern.lower() == b"false" or pattern == b"0":
            continue
        try:
            yield patterns.compile(pattern)
        except ExpansionError as error:
            shown = pattern.decode("latin-1")
            line = f"regex acl condition warning - error in regex '{shown}': {error.message}, skipped"
            log.write(scope, ("main",), line)


def lines_of(scope: Scope) -> Iterator[bytes]:
    """The lines of the message in the form that scanners get: an mbox line and the envelope in front."""
    message = scope.message
    sender = bytes(message.sender or b"")
    date = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(scope.world.now())).encode("ascii")
    yield b"From " + (sender or b"MAILER-DAEMON") + b" " + date + b"\n"
    if sender:
        yield b"X-Envelope-From: <" + sender + b">\n"
    if message.recipients:
        yield b"X-Envelope-To: " + b", ".join(message.recipients) + b"\n"
    for header in message.headers or ():
        if header.kind != REMOVED:
            yield from _cut(bytes(header.text))
    yield b"\n"
    yield from _cut(bytes(message.body))


def _cut(text: bytes) -> Iterator[bytes]:
    for line in text.splitlines(keepends=True) if b"\r" not in text else text.replace(b"\r", b"\0").splitlines(True):
        restored = line.replace(b"\0", b"\r") if b"\r" in text else line
        for start in range(0, len(restored), _LONGEST_LINE):
            yield restored[start : start + _LONGEST_LINE]
