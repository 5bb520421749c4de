"""Conditions that ask a string, a file or the process for yes or no (specification chapter 11)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.integers import leading_integer
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.registry import condition
from exim_lang.expand.scope import Scope

_NUMBER: Final = re.compile(rb"-?[0-9]*")
_WORDS: Final = {b"true": True, b"yes": True, b"false": False, b"no": False}
_SPACES: Final = b" \t\n\v\f\r"


def _truth(text: bytes) -> bool | None:
    if not text:
        return False
    return _WORDS.get(text.lower())


@condition("bool", least=1)
def strict_bool(value: bytes) -> bool:
    """A word, or an integer as C's atoi() reads it; raises ExpansionError for what is neither."""
    text = value.strip(_SPACES)
    if text and _NUMBER.fullmatch(text):
        return leading_integer(text) != 0
    truth = _truth(text)
    if truth is None:
        raise ExpansionError(f'unrecognised boolean value "{text.decode("latin-1")}"')
    return truth


@condition("bool_lax", least=1)
def lax_bool(value: bytes) -> bool:
    """What the `condition` options take for true: everything but an empty string, `0`, `no` and `false`."""
    text = value.strip(_SPACES)
    if text in (b"0", b"-"):
        return False
    truth = _truth(text)
    return True if truth is None else truth


@condition("isip", least=1)
def is_ip(value: bytes) -> bool:
    return ip_version(value) != 0


@condition("isip4", least=1)
def is_ip4(value: bytes) -> bool:
    return ip_version(value) == 4


@condition("isip6", least=1)
def is_ip6(value: bytes) -> bool:
    return ip_version(value) == 6


@condition("exists", least=1, scope=True)
def exists(scope: Scope, path: bytes) -> bool:
    """Whether stat() succeeds; any error counts as "no", as in Exim, and a relative path begins in the spool directory."""
    if not path:
        return False
    if not path.startswith(b"/"):
        path = scope.expand("$spool_directory") + b"/" + path
    try:
        return scope.world.exists(path)
    except OSError:
        return False


@condition("first_delivery", least=0, scope=True)
def first_delivery(scope: Scope) -> bool:
    return scope.process.first_delivery


@condition("queue_running", least=0, scope=True)
def queue_running(scope: Scope) -> bool:
    return scope.process.queue_running
