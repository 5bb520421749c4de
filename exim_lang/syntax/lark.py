"""The only door to Lark: grammars are read from the package `exim_lang.grammar`, and made parsers are kept on disk."""

from __future__ import annotations

import os
import pkgutil
import zlib
from pathlib import Path
from typing import Any

from lark import Lark


def load_parser(name: str, extra: str = "", **options: Any) -> Lark:
    """An LALR parser for `grammar/NAME.lark`, with the lines of grammar `extra` added to it.

    `options` are Lark's (`start`, `transformer`, ...). Callers keep the parser: making one takes tens of milliseconds,
    reading a kept one a few.
    """
    data = pkgutil.get_data("exim_lang.grammar", f"{name}.lark")
    assert data is not None  # the loaders of Python can all read data
    grammar = data.decode("utf-8") + "\n" + extra
    kept = kept_in()
    if kept is not None:
        # two parsers of one grammar with other start rules must not push each other out
        plain = {option: value for option, value in options.items() if option != "transformer"}
        made_from = f"{grammar}\n{sorted(plain.items())!r}"
        options["cache"] = str(kept / f"{name}-{zlib.crc32(made_from.encode('utf-8')):08x}.parser")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False, **options)


def kept_in() -> Path | None:
    """Where made parsers are kept: a folder of the user's cache that nobody else can write to, None without one.

    Lark itself checks that a kept parser belongs to the grammar, the options, and the versions of Lark and Python.
    """
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "exim-lang"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owned = folder.stat()
    except OSError:
        return None
    return folder if owned.st_uid == os.getuid() and not owned.st_mode & 0o022 else None
