"""Rewrite and retry rules (specification chapters 31 and 32): one logical line each."""

from __future__ import annotations

import re
from functools import cache

from exim_lang.errors import ConfigError
from exim_lang.source.lines import LogicalLine
from exim_lang.source.quoted import dequote
from exim_lang.source.text import SPACE, Span, Text, after_space
from exim_lang.syntax.config_nodes import RetryParameter, RetryRule, RewriteRule
from exim_lang.syntax.lalr import Parser, Token, Unexpected
from exim_lang.syntax.lark import load_parser
from exim_lang.syntax.times import read_fixed, read_time

REWRITE_FLAGS = "EFTbcfhrstSQqRw"

_ARGUMENT = re.compile(r"([A-Za-z0-9]*)(?=([ \t\n\v\f\r,;]|$)?)")
_FACTOR = re.compile(r"([A-Za-z0-9.]*)(?=([ \t\n\v\f\r,;]|$)?)")
_CODE = re.compile("4(?:[0-9][0-9x]|xx)")
_EXTRAS = ("a", "mx", "connect", "connect_a", "connect_mx", "dns")
_WHOLE_NAMES = ("lost_connection", "tls_required", "lookup")


@cache
def line_parser() -> Parser:
    """The parser of all kinds of lines, to be used with a start rule."""
    return load_parser("config", start=["main_line", "driver_line", "rewrite_line", "retry_line"])


def _tokens(line: LogicalLine, start: str) -> list[Token] | None:
    try:
        tree = line_parser().parse(line.text.string, start=start)
    except Unexpected:
        return None
    return list(tree.tokens())


def _span(token: Token) -> Span:
    return Span(token.start_pos, token.start_pos + len(token))


def _item(line: LogicalLine, token: Token) -> Text:
    return dequote(line.text, _span(token).start)[0]


def parse_rewrite_rule(line: LogicalLine) -> RewriteRule:
    """The rule of one line; raises ConfigError."""
    tokens = _tokens(line, "rewrite_line")
    if tokens is None:
        raise ConfigError("missing rewrite replacement string", Span(0, len(line.text)))
    pattern = _item(line, tokens[0])
    flags = str(tokens[2]) if len(tokens) > 2 else ""
    for at, flag in enumerate(flags):
        if flag not in REWRITE_FLAGS and flag not in " \t":
            place = _span(tokens[2]).start + at
            raise ConfigError(
                f"unknown rewrite flag character '{flag}' (could be missing quotes round replacement item)",
                Span(place, place + 1),
            )
        if flag == "S" and not pattern.string.startswith(("^", "\\N^")):
            raise ConfigError("rewrite rule has the S flag but is not a regular expression", _span(tokens[0]))
    return RewriteRule(pattern, _item(line, tokens[1]), "".join(flags.split()), line)


def parse_retry_rule(line: LogicalLine) -> RetryRule:
    """The rule of one line; raises ConfigError."""
    tokens = _tokens(line, "retry_line")
    if tokens is None:
        raise _retry_shape_error(line)
    named = {token.type: token for token in tokens}
    error = named["ERROR"]
    wrong = wrong_retry_error(str(error))
    if wrong is not None:
        raise ConfigError(wrong, _span(error))
    senders: Text | None = None
    if "SENDERS" in named:
        at = tokens.index(named["SENDERS"]) + 1
        has_list = len(tokens) > at and tokens[at].type in ("QUOTED", "BARE")
        senders = _item(line, tokens[at]) if has_list else line.text.slice(len(line.text), len(line.text))
    start = _span(named["PARAMETERS"]).start if "PARAMETERS" in named else len(line.text)
    parameters = _Parameters(line.text.string, start).read()
    return RetryRule(_item(line, tokens[0]), line.text.slice(*_span(error)), senders, tuple(parameters), line)


def _retry_shape_error(line: LogicalLine) -> ConfigError:
    string = line.text.string
    _, end = dequote(line.text)
    words = string[end:].split(maxsplit=1)
    error = words[0] if words else ""
    printable = re.match("[!-~]*", error)
    if not words or printable is None or not printable.group():
        return ConfigError("missing error type in retry rule", Span(0, len(string)))
    at = string.index(error, end)
    wrong = wrong_retry_error(printable.group())
    if wrong is not None:
        return ConfigError(wrong, Span(at, at + len(error)))
    return ConfigError('"=" expected after "senders" in retry rule', Span(at + len(error), len(string)))


def wrong_retry_error(error: str) -> str | None:
    """What is wrong with the name of an error; names may be cut short behind an underscore, and some altogether."""
    name = error.lower()
    first, underscore, extra = name.partition("_")
    if first == "quota":
        return "bad time value" if underscore and read_time(error[6:]) is None else None
    if first == "refused":
        known = any(word.startswith(extra) for word in ("mx", "a"))
        return None if known else 'A or MX expected after "refused"'
    if first == "timeout":
        known = any(word.startswith(extra) for word in _EXTRAS)
        return None if known else '"A", "MX", or "connect" expected after "timeout"'
    if name.startswith(("mail_4", "rcpt_4", "data_4")):
        if _CODE.fullmatch(name[5:]):
            return None
        return f"{error[:4]}_4 must be followed by xx, dx, or dd, where x is literal and d is any digit"
    if first == "auth" and underscore and "failed".startswith(extra):
        return None
    if error == "*" or any(word.startswith(name) for word in _WHOLE_NAMES):
        return None
    return f'unknown or malformed retry error "{error}"'


class _Parameters:
    """Reads `F,2h,15m; G,16h,1h,1.5` from `at` on."""

    def __init__(self, string: str, at: int) -> None:
        self.string = string
        self.at = at

    def read(self) -> list[RetryParameter]:
        found = []
        while self.at < len(self.string):
            start = self.at
            letter = self.string[start].upper()
            self.at += 1
            timeout = read_time(self._argument(_ARGUMENT))
            if letter not in "FGH":
                raise ConfigError("unknown retry rule letter", Span(start, start + 1))
            interval = read_time(self._argument(_ARGUMENT))
            factor = 0 if letter == "F" else read_fixed(self._argument(_FACTOR))
            if not timeout or not interval or factor is None or (letter != "F" and factor < 1000):
                raise ConfigError("bad parameters for retry rule", Span(start, self.at))
            found.append(RetryParameter(letter, timeout, interval, factor))
            self.at = after_space(self.string, self.at)
            if self.string.startswith(";", self.at):
                self.at += 1
                self.at = after_space(self.string, self.at)
            elif self.at < len(self.string):
                raise ConfigError("semicolon expected", Span(self.at, len(self.string)))
        return found

    def _argument(self, pattern: re.Pattern[str]) -> str:
        if not self.string.startswith(",", self.at):
            raise ConfigError("comma expected", Span(self.at, max(self.at, len(self.string))))
        self.at += 1
        self.at = after_space(self.string, self.at)
        match = pattern.match(self.string, self.at)
        assert match is not None, "the pattern matches the empty string"
        self.at = match.end()
        if match[2] is None:
            raise ConfigError("comma or semicolon expected", Span(self.at, len(self.string)))
        return match[1]


def _quote(item: Text) -> str:
    string = item.string
    plain = string and string[0] not in '".#' and not any(character in SPACE for character in string)
    if plain and string.lower() != "begin":
        return string
    escaped = re.sub(r'["\\]', r"\\\g<0>", string)
    return '"' + re.sub("[\n\t\v\f\r]", lambda match: f"\\x{ord(match[0]):02x}", escaped) + '"'


def unparse_rewrite_rule(rule: RewriteRule) -> str:
    """The rule as a line."""
    return f"{_quote(rule.pattern)} {_quote(rule.replacement)} {rule.flags}".rstrip(SPACE)


def unparse_retry_rule(rule: RetryRule) -> str:
    """The rule as a line."""
    words = [_quote(rule.pattern), rule.error.string]
    if rule.senders is not None:
        words.append(f"senders={_quote(rule.senders)}")
    return " ".join([*words, "; ".join(_unparse_parameter(parameter) for parameter in rule.parameters)]).rstrip(SPACE)


def _unparse_parameter(parameter: RetryParameter) -> str:
    factor = f",{parameter.factor // 1000}.{parameter.factor % 1000:03}" if parameter.rule != "F" else ""
    return f"{parameter.rule},{parameter.timeout}s,{parameter.interval}s{factor}"


