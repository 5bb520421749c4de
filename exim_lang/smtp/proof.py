"""What authentication mechanisms have in common: outcomes, base64, prompts, the final condition (specification chapter 33)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator
from typing import TYPE_CHECKING, Literal, TypeAlias

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.engine import expand
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver

Outcome: TypeAlias = Literal["ok", "fail", "defer", "bad64", "cancelled", "unexpected"]
MOST_VALUES = 16
"""`$auth1`, ... and as many as that for plaintext in `$1`, ...: Exim keeps no more."""


class AuthFailed(Exception):
    """Authentication ends without success. `text` is for the log, `told` for the client (deferrals only)."""

    def __init__(self, outcome: Outcome, text: str = "", told: str = "") -> None:
        super().__init__(text)
        self.outcome = outcome
        self.text = text
        self.told = told


class Plain(bytes):
    """A question that goes to the client as it is, not in base64."""


Proof: TypeAlias = Generator[bytes, bytes, None]
"""A mechanism at work: yields what it wants the client to see (not yet in base64), is sent the client's next line.
It ends when the client is who it says it is, and raises AuthFailed otherwise."""


def decode(line: bytes) -> bytes:
    """What a client said in base64; raises AuthFailed."""
    try:
        if len(line) % 4:
            raise binascii.Error
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        raise AuthFailed("bad64") from None


def ask(prompt: bytes) -> Generator[bytes, bytes, bytes]:
    """Asks one question; returns the decoded answer."""
    line = yield prompt
    if line == b"*":
        raise AuthFailed("cancelled")
    return decode(line)


def remember(scope: Scope, data: bytes) -> None:
    """Adds what the client said, split at binary zeros, to `$auth1`, `$auth2`, ..."""
    values = [*scope.connection.auth_values, *map(taint, data.split(b"\0"))][:MOST_VALUES]
    set_values(scope, tuple(values))


def set_values(scope: Scope, values: tuple[bytes, ...]) -> None:
    """Sets `$auth1` to `$auth3`, and `$1`, ... as they were called before."""
    scope.connection.auth_values = values
    scope.numeric = (b"", *values)


def expanded(driver: Driver, option: str, scope: Scope) -> bytes | None:
    """An option of the authenticator; None when it is unset. A forced failure is a refusal, an error a deferral."""
    text = driver.text(option)
    if text is None:
        return None
    try:
        return expand(text, scope)
    except ForcedFailure:
        raise AuthFailed("fail") from None
    except ExpansionError as error:
        raise AuthFailed("defer", error.message) from None


def trace_values(driver: Driver, scope: Scope) -> None:
    """Tells the trace what the client said."""
    if scope.debug is None:
        return
    scope.debug(f"{driver.name} authenticator server_condition:")
    values = [value.decode("latin-1") for value in scope.connection.auth_values]
    for prefix in ("$auth", "$"):
        for number, value in enumerate(values[: 3 if prefix == "$auth" else None], 1):
            scope.debug(f"  {prefix}{number} = {value}")


def check_condition(driver: Driver, scope: Scope) -> None:
    """server_condition decides, where there is one: anything but a clear yes or no is a deferral that the client is told."""
    trace_values(driver, scope)
    value = expanded(driver, "server_condition", scope)
    if value is None:
        return
    if scope.debug is not None:
        scope.debug(f"expanded string: {value.decode('latin-1')}")
    match value.lower():
        case b"" | b"0" | b"no" | b"false":
            raise AuthFailed("fail")
        case b"1" | b"yes" | b"true":
            return
        case _:
            text = value.decode("latin-1")
            raise AuthFailed("defer", text, ": " + text)
