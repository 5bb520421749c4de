"""Typed values of options, read as Exim reads them, with its error messages (specification chapter 6.11 to 6.19).

Units: integers as written (`K`, `M`, `G`, `T` multiply by powers of 1024), "kibibytes" in units of 1024 bytes, times in
seconds, octal numbers as numbers, fixed point numbers as floats with at most three places. Users and groups are numbers
or names: whether a name exists is a question for the machine that the configuration runs on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TypeAlias

from exim_lang.errors import ConfigError
from exim_lang.source.quoted import unquote
from exim_lang.source.text import SPACE, Span, Text, after_space
from exim_lang.syntax.times import TIME_UNITS, read_time

Account: TypeAlias = int | str
Value: TypeAlias = bool | int | float | str | tuple[int, ...] | tuple[Account, ...] | None

LARGEST = 2**31 - 1
MOST_TIMES = 10
"""How many intervals a list of times may have."""

_INTEGER = re.compile(r"[ \t\n\v\f\r]*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)")
_OCTAL = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-7]+")
_FIXED = re.compile(r"([+-]?[0-9]+)(?:\.([0-9]{0,3})[0-9]*)?")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SEPARATOR = re.compile(r"[ \t\n\v\f\r]*<([!-/:-@\[-`{-~])")
_POWERS = {"K": 1, "M": 2, "G": 3, "T": 4}
_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def parse_value(type_: str, name: str, text: Text) -> tuple[Value, Text]:
    """The typed value of `text`, what stands behind the equals sign, and the string that Exim keeps of it.

    `type_` is one of those in OptionFact; `name` is the option as it was written. Raises ConfigError with a span in `text`.
    """
    string = text.string
    match type_:
        case "boolean" | "boolean-unset" | "boolean-verify":
            return parse_boolean(name, string), text
        case "boolean-expanded":
            if "$" in string:
                return string, text
            return parse_boolean(name, string), text
        case "integer" | "integer-K":
            return parse_integer(name, string), text
        case "octal":
            return parse_integer(name, string, octal=True), text
        case "kibibytes":
            return parse_kibibytes(name, string), text
        case "fixed":
            return parse_fixed(name, string), text
        case "time":
            return parse_time(name, string), text
        case "time-expanded":
            return (string if string.startswith("$") else parse_time(name, string)), text
        case "time list":
            return parse_time_list(name, string), text
        case "rewrite":
            text = unquote(text, name)
            return text.string, text
        case "user" | "group":
            text = unquote(text, name)
            return account(text.string), text
        case "user list" | "group list":
            text = unquote(text, name)
            return tuple(account(item.string) for item in split_list(text)), text
        case _:
            text = unquote(text, name)
            return text.string, text


@cache
def parse_default(type_: str, default: str) -> Value:
    """The typed value of a default as the fact files write it; None when there is none."""
    if not default:
        return "" if type_.endswith("list") and type_ not in ("user list", "group list", "time list") else None
    return parse_value(type_, "default", Text.literal(default))[0]


def parse_boolean(name: str, string: str) -> bool:
    """`true`, `yes`, `false` or `no`; nothing at all is true."""
    if not string:
        return True
    match = _WORD.match(string)
    word = match.group() if match else ""
    if word.lower() not in _BOOLEANS:
        raise ConfigError(f'"{word}" is not a valid value for the "{name}" option', Span(0, len(string)))
    at = after_space(string, len(word))
    if at < len(string):
        raise ConfigError(f'extra characters follow "{word}" for boolean option {name}', Span(at, len(string)))
    return _BOOLEANS[word.lower()]


def parse_integer(name: str, string: str, *, octal: bool = False) -> int:
    """A decimal, octal (`010`) or hexadecimal (`0x10`) number, with K, M, G or T behind it."""
    kind = "octal " if octal else ""
    number, at = _number(name, string, octal=octal)
    if string[at : at + 1].upper() in _POWERS and at < len(string):
        number *= 1024 ** _POWERS[string[at].upper()]
        at += 1
    if not -LARGEST - 1 <= number <= LARGEST:
        raise ConfigError(f'absolute value of integer "{string}" is too large (overflow)', Span(0, len(string)))
    _nothing_behind(string, at, f"{kind}integer value for {name}")
    return number


def parse_kibibytes(name: str, string: str) -> int:
    """A size that is kept in units of 1024 bytes; a bare number is one of those units."""
    number, at = _number(name, string)
    letter = string[at : at + 1].upper()
    if letter and letter in _POWERS:
        number *= 1024 ** (_POWERS[letter] - 1)
        at += 1
    _nothing_behind(string, at, f"integer value for {name}")
    return number


def parse_fixed(name: str, string: str) -> float:
    """A number with up to three places behind the point."""
    match = _FIXED.match(string)
    if match is None:
        raise ConfigError(f"fixed-point number expected for {name}", Span(0, len(string)))
    _nothing_behind(string, match.end(), f"fixed-point value for {name}")
    places = int(((match[2] or "") + "000")[:3])
    # the sign is lost where the whole number is zero
    thousandths = int(match[1]) * 1000 + places
    if int(match[1]) < 0:
        raise ConfigError(f'integer "{string}" is too large (overflow)', Span(0, len(string)))
    return thousandths / 1000


def parse_time(name: str, string: str) -> int:
    """A time interval like `1w2d3h4m5s`, in seconds."""
    seconds = read_time(string)
    if seconds is None:
        raise ConfigError(f"invalid time value for {name}", Span(0, len(string)))
    return seconds


def parse_time_list(name: str, string: str) -> tuple[int, ...]:
    """Colon-separated time intervals, in seconds."""
    if not string:
        return ()
    if string.count(":") >= MOST_TIMES:
        raise ConfigError(f"too many time values for {name}", Span(0, len(string)))
    times = []
    for item in string.split(":"):
        seconds = read_time(item.strip(SPACE))
        if seconds is None:
            raise ConfigError(f"invalid time value for {name}", Span(0, len(string)))
        times.append(seconds)
    return tuple(times)


def format_time(seconds: int) -> str:
    """A time interval as Exim prints it: `1w2d`; zero is `0s`."""
    if seconds < 0:
        return "-" + format_time(-seconds)
    parts = []
    for unit, size in TIME_UNITS.items():
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def account(string: str) -> Account:
    """A user or group: a number when it is written in digits, else a name (or a string that expands to one)."""
    return int(string) if string.isascii() and string.isdigit() else string


def split_list(text: Text, separator: str = ":") -> list[Text]:
    """The items of a plain list that is not expanded: colons between, `::` for one colon, `<;` changes the separator.

    A separator that is a control character cannot be doubled.
    """
    string = text.string
    change = _SEPARATOR.match(string)
    at = 0
    if change:
        separator, at = change[1], change.end()
    doubled = separator * 2
    items: list[Text] = []
    blank = SPACE.replace(separator, "")
    while True:
        at = len(string) - len(string[at:].lstrip(blank))
        if at == len(string):
            return items
        parts = []
        while True:
            end = string.find(separator, at)
            end = len(string) if end == -1 else end
            if separator < " " or not string.startswith(doubled, end):
                break
            parts.append(text.slice(at, end + 1))
            at = end + 2
        item = Text.join([*parts, text.slice(at, end)])
        items.append(item.slice(0, len(item.string.rstrip(SPACE))))
        at = end + 1


def join_list(items: Iterable[Text], separator: str) -> Text:
    """The list of the items, separators in them doubled; empty items in front are lost, as in Exim."""
    parts: list[Text] = []
    for item in items:
        if parts:
            parts.append(Text.literal(separator))
        at = 0
        while (end := item.string.find(separator, at)) != -1 and separator >= " ":
            parts += [item.slice(at, end + 1), item.slice(end, end + 1)]
            at = end + 1
        rest = item.slice(at, len(item))
        if parts or rest.string:
            parts.append(rest)
    return Text.join(parts) if parts else Text.literal("")


def _number(name: str, string: str, *, octal: bool = False) -> tuple[int, int]:
    match = (_OCTAL if octal else _INTEGER).match(string)
    if match is None:
        raise ConfigError(f"{'octal ' if octal else ''}integer expected for {name}", Span(0, len(string)))
    word = match.group().strip(SPACE)
    sign = -1 if word.startswith("-") else 1
    digits = word.lstrip("+-").lower()
    base = 8 if octal else 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10
    if base == 8:
        octal_digits = re.match("[0-7]+", digits)
        assert octal_digits is not None, "it begins with a zero"
        end = match.end() - len(digits) + octal_digits.end()
        return sign * int(octal_digits.group(), 8), end
    return sign * int(digits, base), match.end()


def _nothing_behind(string: str, at: int, what: str) -> None:
    at = after_space(string, at)
    if at < len(string):
        raise ConfigError(f"extra characters follow {what}", Span(at, len(string)))
