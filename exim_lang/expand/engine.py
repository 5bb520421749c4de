"""String expansion: text in, bytes out (specification chapter 11).

    expand(b"${lc:$local_part}", scope)

A string is parsed and compiled once; the function is kept by the string's text and the dialect.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from exim_lang.errors import EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand.scope import Scope
from exim_lang.source.text import Span, Text
from exim_lang.syntax.expansion import String
from exim_lang.taint import is_tainted

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

KEPT = 8192  # compiled strings; far more than a configuration has


class Compiled(NamedTuple):
    """A string's function, and where each line of its code comes from."""

    function: Callable[[Scope], bytes]
    spans: list[Span | None]
    code: str


def expand(text: str | bytes | Text, scope: Scope) -> bytes:
    """The value of `text`, with its taint.

    `str` and Text hold one character a byte (latin-1). Raises ExpansionError with Exim's message, its subclass
    ForcedFailure when the string says `fail`, Deferred when something could not be found out now; `span` counts in `text`.
    """
    if type(text) is bytes and scope.watch is None:  # what is asked for most goes straight to its function
        if b"$" not in text and b"\\" not in text:
            return text
        return run(compiled_bytes(text, scope.config.dialect), scope)
    if isinstance(text, Text):
        string = text.string
    elif isinstance(text, bytes):
        string = text.decode("latin-1")
        if is_tainted(text) and ("$" in string or "\\" in string):
            refuse(scope, string)
    else:
        string = text
    if "$" not in string and "\\" not in string:
        return text if isinstance(text, bytes) else string.encode("latin-1")
    compiled: Compiled | None = None
    try:
        if scope.watch is None:
            compiled = compiled_string(string, scope.config.dialect)
        else:
            compiled = scope.watch.compiled(text, string, scope)
        return compiled.function(scope)
    except EximLangError as error:
        if error.text is None and compiled is not None:
            error.span = error.span or span_of(error.__traceback__, compiled)
        if isinstance(text, Text):
            error.at(text, error.span)
        raise


def refuse(scope: Scope, string: str) -> NoReturn:
    """What comes of expanding a tainted string."""
    message = f"attempt to expand tainted string '{string}'"
    scope.log.append(("panic", message))
    raise ExpansionError(message)


def run(compiled: Compiled, scope: Scope) -> bytes:
    """The value of a compiled string; an error gets its place in it."""
    try:
        return compiled.function(scope)
    except EximLangError as error:
        if error.text is None:
            error.span = error.span or span_of(error.__traceback__, compiled)
        raise


def span_of(traceback: TracebackType | None, compiled: Compiled) -> Span | None:
    """The characters whose code was running when an error was raised: the innermost line that knows."""
    found = None
    names = getattr(compiled.function, "__globals__", None)
    while traceback is not None:
        if traceback.tb_frame.f_globals is names:
            found = compiled.spans[traceback.tb_lineno - 1] or found
        traceback = traceback.tb_next
    return found


def evaluator(text: bytes, scope: Scope) -> Callable[[Scope], bytes]:
    """What gives the value of `text` in `scope`, for strings that are evaluated over and over; errors know no place."""
    if b"$" not in text and b"\\" not in text:
        return lambda scope: text
    try:
        return compiled_bytes(text, scope.config.dialect).function
    except EximLangError:  # of a string that cannot be compiled: the error is raised where it is evaluated
        return lambda scope: expand(text, scope)


@lru_cache(KEPT)
def compiled_string(text: str, dialect: Dialect) -> Compiled:
    """The function for `text` in the language of one Exim."""
    from exim_lang.expand.compile import compile_tree

    try:
        root = parse(text)
    except RecursionError as error:
        raise ExpansionError("string is nested too deeply to be expanded") from error
    return Compiled(*compile_tree(text, root, dialect))


@lru_cache(KEPT)
def compiled_bytes(text: bytes, dialect: Dialect) -> Compiled:
    """The same for `text` in bytes."""
    return compiled_string(text.decode("latin-1"), dialect)


def parse(text: str) -> String:
    """The tree of `text`; never fails, see `exim_lang.syntax.expansion`."""
    from exim_lang.expand.shapes import parser

    return parser().parse(text)


def expand_condition(text: str | bytes | Text, scope: Scope) -> bool:
    """Whether a `condition` option of a router or authenticator holds: empty, `0`, `no` and `false` do not."""
    try:
        value = expand(text, scope)
    except ForcedFailure:
        return False
    return value.strip().lower() not in (b"", b"0", b"no", b"false")
