"""Which error Exim reports for a line of an ACL that it does not accept, and the characters that it is about."""

from __future__ import annotations

import re

from exim_lang.source.text import Span, after_space
from exim_lang.syntax.acl_names import AclNames
from exim_lang.syntax.acl_nodes import VERBS
from exim_lang.syntax.words import read_name

_PREFIX = re.compile(r"acl_[cm]")
_VARIABLE = re.compile(r"[A-Za-z0-9_]*")
_DKIM = re.compile(r"dkim_verify_(?:status|reason)")


def find_error(string: str, verb: str | None, names: AclNames) -> tuple[str, Span] | None:
    """What Exim says of the logical line `string`, or None when it has nothing to complain of.

    `verb` is that of the statement before, None at the start of an ACL. Lines that start an ACL are not for this.
    """
    start = after_space(string, 0)
    shown = string[start:]
    whole = Span(start, len(string))
    negated = string.startswith("!", start)
    word = read_name(string, start + negated)
    if word.name in VERBS:
        if negated:
            return f'malformed ACL line "{shown}"', whole
        verb = word.name
        if word.end == len(string):
            return None
        negated = string.startswith("!", word.end)
        word = read_name(string, word.end + negated)
    elif verb is None:
        return f'unknown ACL verb "{word.name}" in "{shown}"', word.span if word.name else whole
    if word.name not in names:
        return f'unknown ACL condition/modifier in "{shown}"', word.span if word.name else whole
    if negated and word.name in names.modifiers:
        return f'ACL error: negation is not allowed with "{word.name}"', word.span
    if word.name == "endpass":
        if verb not in ("accept", "discard"):
            return f'ACL error: "endpass" is not allowed with "{verb}"', word.span
        return None
    end = word.end
    if word.name == "set":
        wrong = _find_variable_error(string, end)
        if wrong is not None:
            return wrong
        variable = _DKIM.match(string, end) or _VARIABLE.match(string, end)
        assert variable is not None, "the pattern matches the empty string"
        end = after_space(string, variable.end())
    if not string.startswith("=", end):
        kind = "modifier" if word.name in names.modifiers else "condition"
        return f'"=" missing after ACL "{word.name}" {kind}', Span(word.span.start, max(end, word.span.end))
    return None


def _find_variable_error(string: str, start: int) -> tuple[str, Span] | None:
    """What is wrong with the variable of `set`, which stands at `start`."""
    rest = string[start:]
    wrong = f'invalid variable name after "set" in ACL modifier "set {rest}"'
    variable = _VARIABLE.match(string, start)
    assert variable is not None, "the pattern matches the empty string"
    span = Span(start, max(variable.end(), min(start + 1, len(string))))
    if _DKIM.match(rest):
        if rest[18:19].isascii() and rest[18:19].isalnum():
            return f'{wrong} (only "dkim_verify_status" or "dkim_verify_reason" permitted)', span
        return None
    if not _PREFIX.match(rest):
        return f'{wrong} (must start "acl_c" or "acl_m")', span
    if not (rest[5:6].isascii() and rest[5:6].isdigit()) and rest[5:6] != "_":
        return f"{wrong} (digit or underscore must follow acl_c or acl_m)", span
    end = variable.end()
    if end < len(string) and string[end] not in "= \t\n\v\f\r":
        return f'invalid character "{string[end]}" in variable name in ACL modifier "set {rest}"', Span(end, end + 1)
    return None
