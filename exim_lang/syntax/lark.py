"""The only door to Lark: it makes tables of the grammars in the package `exim_lang.grammar`, which are kept on disk.

Lark is imported only where tables are to be made; the parsers themselves are exim_lang.syntax.lalr.
"""

from __future__ import annotations

import marshal
import os
import pkgutil
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exim_lang.syntax.lalr import Parser, Rule, Tables

if TYPE_CHECKING:
    from lark import Lark

FORMAT = 1
"""Changes with what Tables consist of."""


def load_parser(name: str, extra: str = "", *, start: Sequence[str] = ("start",), maker: object = None) -> Parser:
    """An LALR parser for `grammar/NAME.lark`, with the lines of grammar `extra` added to it.

    `start` names the rules that a text may be parsed by; see Parser for `maker`. Callers keep the parser: making one
    takes tenths of a second, reading kept tables a millisecond.
    """
    grammar = text_of(name) + "\n" + extra
    source = (FORMAT, grammar, tuple(start))
    folder = kept_in()
    path = os.path.join(folder, f"{name}-{zlib.crc32(repr(source).encode()):08x}.tables") if folder else ""
    tables = read(path, source) if path else None
    if tables is None:
        tables = tables_of(made(grammar, start))
        if path:
            write(path, source, tables)
    return Parser(tables, maker)


def text_of(name: str) -> str:
    """The text of a grammar."""
    data = pkgutil.get_data("exim_lang.grammar", f"{name}.lark")
    assert data is not None  # the loaders of Python can all read data
    return data.decode("utf-8")


def made(grammar: str, start: Sequence[str], **options: Any) -> Lark:
    """Lark's own parser for the text of a grammar."""
    import lark

    return lark.Lark(
        grammar, parser="lalr", lexer="contextual", maybe_placeholders=False, start=list(start), **options
    )


def tables_of(parser: Any) -> Tables:
    """What Lark worked out. It has public names for hardly any of that; the tests compare both parsers."""
    table = parser.parser.parser._parse_table
    lexers = parser.parser.lexer.lexers
    rules: dict[Any, int] = {}
    scanners: list[tuple[str, dict[str, dict[str, str]]]] = []
    actions: list[dict[str, int]] = []
    scanner_of: list[int] = []
    for state in range(len(table.states)):
        entries = {}
        for symbol, (action, target) in table.states[state].items():
            entries[str(symbol)] = ~rules.setdefault(target, len(rules)) if action.name == "Reduce" else int(target)
        actions.append(entries)
        scanner = scanner_of_lexer(lexers[state]) if state in lexers else ("(?!)", {})
        if scanner not in scanners:
            scanners.append(scanner)
        scanner_of.append(scanners.index(scanner))
    ignored = next(iter(lexers.values())).ignore_types
    return Tables(
        {str(name): int(state) for name, state in table.start_states.items()},
        {str(name): int(state) for name, state in table.end_states.items()},
        tuple(actions),
        tuple(map(rule_of, rules)),
        tuple(scanners),
        tuple(scanner_of),
        tuple(map(str, ignored)),
    )


def scanner_of_lexer(lexer: Any) -> tuple[str, dict[str, dict[str, str]]]:
    """The regular expression of what a state takes, and which terminals are others where they consist of certain texts."""
    patterns = [compiled.pattern for compiled in lexer.scanner._mres]
    others = {
        str(name): {other.pattern.value: str(other.name) for other in callback.scanner.terminals}
        for name, callback in lexer.callback.items()
    }
    return "|".join(patterns) or "(?!)", others


def rule_of(rule: Any) -> Rule:
    """A rule with what becomes of the values of its symbols: Lark leaves out terminals, and opens nodes named `_...`."""
    include = tuple(
        (index, not symbol.is_term and symbol.name.startswith("_"))
        for index, symbol in enumerate(rule.expansion)
        if rule.options.keep_all_tokens or not (symbol.is_term and symbol.filter_out)
    )
    all_as_they_are = len(include) == len(rule.expansion) and not any(inner for _, inner in include)
    return Rule(
        str(rule.origin.name),
        len(rule.expansion),
        None if all_as_they_are else include,
        bool(rule.options.expand1 and not rule.alias),
        str(rule.alias or rule.options.template_source or rule.origin.name),
    )


def read(path: str, source: tuple[Any, ...]) -> Tables | None:
    """The tables in a file, where they are those of `source`."""
    try:
        with open(path, "rb") as file:
            kept = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return None
    if not isinstance(kept, tuple) or len(kept) != 2 or kept[0] != source:
        return None
    starts, ends, actions, rules, *rest = kept[1]
    return Tables(starts, ends, actions, tuple(Rule(*rule) for rule in rules), *rest)


def write(path: str, source: tuple[Any, ...], tables: Tables) -> None:
    """Keeps tables in a file, which nobody sees before it is complete; where that cannot be done they are made again."""
    plain = (*tables[:3], tuple(map(tuple, tables.rules)), *tables[4:])
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(marshal.dumps((source, plain)))
        os.replace(temporary, path)
    except OSError:
        return


def kept_in() -> str:
    """Where tables are kept: a folder of the user's cache that nobody else can write to; empty without one."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = os.path.join(base, "exim-lang")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        owned = os.stat(folder)
    except OSError:
        return ""
    return folder if owned.st_uid == os.getuid() and not owned.st_mode & 0o022 else ""
