"""The body of the message (specification section 11.9)."""

from __future__ import annotations

from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.taint import taint


def _shown(scope: Scope, part: bytes) -> bytes:
    part = part.replace(b"\0", b" ")
    if not scope.config.option("message_body_newlines"):
        part = part.replace(b"\n", b" ")
    return taint(part)


def _visible(scope: Scope) -> int:
    """How many bytes the variables show."""
    return int(option(scope, "message_body_visible"))


@variable("message_body")
def message_body(scope: Scope) -> bytes:
    return _shown(scope, scope.message.body[: _visible(scope)])


@variable("message_body_end")
def message_body_end(scope: Scope) -> bytes:
    body = scope.message.body
    return _shown(scope, body[max(0, len(body) - _visible(scope)) :])


@variable("message_body_size")
def message_body_size(scope: Scope) -> bytes:
    message = scope.message
    return b"%d" % (len(message.body) if message.body_size is None else message.body_size)


@variable("body_linecount")
def body_linecount(scope: Scope) -> bytes:
    message = scope.message
    return b"%d" % (message.body.count(b"\n") if message.body_linecount is None else message.body_linecount)


@variable("body_zerocount")
def body_zerocount(scope: Scope) -> bytes:
    message = scope.message
    return b"%d" % (message.body.count(b"\0") if message.body_zerocount is None else message.body_zerocount)
