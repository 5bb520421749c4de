"""Lines of the section `retry` (specification chapter 32)."""

from __future__ import annotations

import re

from exim_lang.errors import ConfigError
from exim_lang.model.config import Config
from exim_lang.model.rules import RetryRule, RetryStep
from exim_lang.model.values import SPACE, read_time
from exim_lang.model.word import after_space, read_word
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span, Text

_PLAIN = frozenset(["*", "lookup", "lost_connection", "tls_required", "auth_failed", "tls"])
_SENDERS = re.compile(r"senders[ \t\n\v\f\r]*=[ \t\n\v\f\r]*")
_ARGUMENT = re.compile(r"[0-9A-Za-z.]*")
_FACTOR = re.compile(r"[0-9]+(?:\.[0-9]*)?")


def read_retry_line(config: Config, line: LogicalLine) -> None:
    """Takes one line of the section; raises ConfigError in Exim's words."""
    config.retry.append(parse_retry(line.text, line))


def parse_retry(text: Text, line: LogicalLine | None = None) -> RetryRule:
    """One rule; raises ConfigError with a span in `text`."""
    string = text.string
    pattern, at = read_word(text, 0)
    at = after_space(string, at)
    if at >= len(string):
        raise ConfigError("missing error type in retry rule", Span(0, len(string)))
    start = at
    while at < len(string) and string[at] not in SPACE:
        at += 1
    error = string[start:at]
    message = wrong_error(error)
    if message:
        raise ConfigError(message, Span(start, at))
    at = after_space(string, at)
    senders = None
    match = _SENDERS.match(string, at)
    if match:
        senders, at = read_word(text, match.end())
        at = after_space(string, at)
    steps = []
    while at < len(string):
        step, at = _step(string, at)
        steps.append(step)
    return RetryRule(pattern, error, senders, tuple(steps), line)


def wrong_error(error: str) -> str:
    """What Exim says about the name of an error that it does not know; empty for a good one."""
    name = error.lower()
    if name in _PLAIN:
        return ""
    if name == "timeout_dns":
        return ""
    if name.startswith("quota"):
        if name == "quota":
            return ""
        if name.startswith("quota_"):
            return "" if read_time(error[6:]) is not None else "bad time value"
    if name == "refused" or name.startswith("refused_"):
        return "" if name in ("refused", "refused_a", "refused_mx") else 'A or MX expected after "refused"'
    if name == "timeout" or name.startswith("timeout_"):
        if re.fullmatch("timeout(_connect)?(_a|_mx)?", name):
            return ""
        return '"A", "MX", or "connect" expected after "timeout"'
    match = re.match("(rcpt|mail|data)_4", name)
    if match:
        if re.fullmatch("(xx|[0-9]x|[0-9][0-9])", name[match.end() :]):
            return ""
        return f"{match.group()} must be followed by xx, dx, or dd, where x is literal and d is any digit"
    return f'unknown or malformed retry error "{error}"'


def _step(string: str, at: int) -> tuple[RetryStep, int]:
    start = at
    letter = string[at].upper()
    limit, at = _time(string, at + 1)
    if letter not in "FGH":
        raise ConfigError("unknown retry rule letter", Span(start, start + 1))
    interval, at = _time(string, at)
    factor = 1.0
    if letter != "F":
        word, at = _argument(string, at)
        match = _FACTOR.fullmatch(word)
        factor = float(word) if match else 0.0
    if limit is None or interval is None or limit <= 0 or interval <= 0 or factor < 1.0:
        raise ConfigError("bad parameters for retry rule", Span(start, at))
    at = after_space(string, at)
    if at < len(string):
        if string[at] != ";":
            raise ConfigError("semicolon expected", Span(at, at + 1))
        at = after_space(string, at + 1)
    return RetryStep(letter, limit, interval, factor), at


def _argument(string: str, at: int) -> tuple[str, int]:
    if not string.startswith(",", at):
        raise ConfigError("comma expected", Span(at, min(at + 1, len(string))))
    match = _ARGUMENT.match(string, after_space(string, at + 1))
    assert match is not None, "the pattern may match nothing"
    end = match.end()
    if end < len(string) and string[end] not in SPACE + ",;":
        raise ConfigError("comma or semicolon expected", Span(end, end + 1))
    return match.group(), end


def _time(string: str, at: int) -> tuple[int | None, int]:
    word, at = _argument(string, at)
    return read_time(word), at
