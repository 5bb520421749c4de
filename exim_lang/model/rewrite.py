"""Lines of the section `rewrite`, and the option `headers_rewrite` (specification chapter 31)."""

from __future__ import annotations

from exim_lang.errors import ConfigError
from exim_lang.model.config import Config
from exim_lang.model.rules import RewriteRule
from exim_lang.model.values import SPACE
from exim_lang.model.word import after_space, read_word
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span, Text

FLAGS = "EFThbcfrstSqQRw"
_HEADERS_ONLY = "hbcfrstqQRw"


def read_rewrite_line(config: Config, line: LogicalLine) -> None:
    """Takes one line of the section; raises ConfigError in Exim's words."""
    config.rewrite.append(parse_rewrite(line.text, line))


def parse_rewrite(text: Text, line: LogicalLine | None = None, *, headers_only: bool = False) -> RewriteRule:
    """One rule; `headers_only` for those of a transport. Raises ConfigError with a span in `text`."""
    string = text.string
    pattern, at = read_word(text, 0)
    at = after_space(string, at)
    if at >= len(string):
        raise ConfigError("missing rewrite replacement string", Span(0, len(string)))
    replacement, at = read_word(text, at)
    flags = ""
    for offset in range(at, len(string)):
        letter = string[offset]
        if letter in SPACE:
            continue
        if letter not in FLAGS:
            message = f"unknown rewrite flag character '{letter}' (could be missing quotes round replacement item)"
            raise ConfigError(message, Span(offset, offset + 1))
        flags += letter
    if "S" in flags and not pattern.string.startswith(("^", "\\N^")):
        message = "rewrite rule has the S flag but is not a regular expression"
        raise ConfigError(message, Span(string.rindex("S"), string.rindex("S") + 1))
    if headers_only and any(letter not in _HEADERS_ONLY for letter in flags):
        message = "rewrite rule specifies a non-header rewrite - not allowed at transport time -"
        raise ConfigError(message, Span(0, len(string)))
    return RewriteRule(pattern, replacement, flags, line)


def parse_rewrite_list(text: Text) -> tuple[RewriteRule, ...]:
    """The rules of `headers_rewrite`, with colons between them."""
    string = text.string
    separator, start = ":", 0
    at = after_space(string, 0)
    if string.startswith("<", at) and at + 1 < len(string) and not string[at + 1].isalnum():
        separator, start = string[at + 1], at + 2
    rules = []
    while start < len(string):
        end = start
        while end < len(string) and (string[end] != separator or string.startswith(separator * 2, end)):
            end += 2 if string.startswith(separator * 2, end) else 1
        item = text.slice(start, min(end, len(string))).strip()
        if separator * 2 in item.string:
            item = Text(item.string.replace(separator * 2, separator), item.pieces)
        if item.string:
            rules.append(parse_rewrite(item, headers_only=True))
        start = end + 1
    return tuple(rules)
