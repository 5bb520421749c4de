"""Lines of the main section: options and named lists (specification chapters 14 and 10.5)."""

from __future__ import annotations

import re

from exim_lang.errors import ConfigError
from exim_lang.model.config import Config, ListKind, NamedList
from exim_lang.model.options import find_option
from exim_lang.model.setting import read_setting, read_string
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span

_LIST = re.compile(
    r"(hide[ \t\n\v\f\r]+)?(domain|host|address|localpart)list(_cache)?(?=[ \t\n\v\f\r])[ \t\n\v\f\r]*"
)
_NEARLY_LIST = re.compile(r"(hide[ \t\n\v\f\r]+)?(domain|host|address|localpart)list")
_LIST_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_]*)?[ \t\n\v\f\r]*")
_KINDS: dict[str, ListKind] = {"domain": "domain", "host": "host", "address": "address", "localpart": "localpart"}
_WORDS = {"domain": "domain", "host": "host", "address": "address", "localpart": "local part"}


def read_main_line(config: Config, line: LogicalLine) -> None:
    """Takes one line of the main section into `config`; raises ConfigError in Exim's words."""
    string = line.text.string
    match = _LIST.match(string)
    if match:
        read_named_list(config, line, match)
        return
    if _NEARLY_LIST.match(string):
        raise ConfigError("unrecognized configuration line", Span(0, len(string)))
    setting = read_setting(
        line,
        lambda name: find_option(config.dialect, "main", name),
        config.main,
        lambda name: f'main option "{name}" unknown',
    )
    config.main[setting.name] = setting


def read_named_list(config: Config, line: LogicalLine, match: re.Match[str]) -> None:
    """`domainlist name = items`, and the same for hosts, addresses and local parts."""
    string = line.text.string
    kind = _KINDS[match[2]]
    name = _LIST_NAME.match(string, match.end())
    assert name is not None, "the pattern may match nothing"
    word = name[1] or ""
    span = Span(name.start(), name.start() + len(word))
    if word in config.lists[kind]:
        raise ConfigError(f'duplicate name "{word}" for a named {_WORDS[kind]} list', span)
    if not string.startswith("=", name.end()):
        raise ConfigError(f"missing '=' after \"{word}\"", span)
    text = read_string(line.text, name.end() + 1, word)
    config.lists[kind][word] = NamedList(word, kind, text, bool(match[1]), bool(match[3]), line, span)
