"""One line that sets one option: `name = value`, `name`, `no_name`, with or without `hide` (specification chapter 6.12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from exim_lang.errors import ConfigError
from exim_lang.model.config import Setting
from exim_lang.model.options import OptionFact
from exim_lang.model.rewrite import parse_rewrite_list
from exim_lang.model.values import SPACE, Value, dequote, parse_value
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span, Text

Find = Callable[[str], OptionFact | None]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SEPARATOR = re.compile(r"[ \t\n\v\f\r]*<([!-/:-@\[-`{-~])")
_HIDE = re.compile(r"hide(?:[ \t\n\v\f\r]+|$)")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a line: the name, its place and what stands behind it."""

    name: str
    span: Span
    behind: int
    hidden: bool


def read_head(string: str) -> Head | None:
    """The name that a line sets; None for a line that does not begin with a letter."""
    start = 0
    hidden = False
    match = _HIDE.match(string)
    if match:
        hidden = True
        start = match.end()
    name = _NAME.match(string, start)
    if name is None:
        return Head("", Span(start, start), start, True) if hidden else None
    behind = name.end()
    while behind < len(string) and string[behind] in SPACE:
        behind += 1
    return Head(name.group(), Span(name.start(), name.end()), behind, hidden)


def read_setting(
    line: LogicalLine, find: Find, settings: dict[str, Setting], unknown: Callable[[str], str]
) -> Setting:
    """The setting that a line makes, of the options that `find` knows and behind those that are there already.

    Raises ConfigError in Exim's words; `unknown` words the message about an option that is not known.
    """
    text = line.text
    string = text.string
    head = read_head(string)
    if head is None:
        raise ConfigError(f"option setting expected: {string}", Span(0, len(string)))
    name, negated = head.name, False
    fact = find(name)
    if fact is None:
        for prefix in ("no_", "not_"):
            if name.startswith(prefix):
                fact = find(name.removeprefix(prefix))
                negated = fact is not None
                if negated:
                    break
    if fact is None:
        raise ConfigError(unknown(name), head.span)
    if negated and not fact.is_boolean:
        raise ConfigError("negation prefix applied to a non-boolean option", head.span)
    if fact.name in settings and not fact.joined:
        raise ConfigError(f'"{name}" option set for the second time', head.span)
    value, kept = _value(text, string, head, fact, name, negated)
    setting = Setting(fact.name, value, kept, line, head.span, head.hidden)
    return _joined(settings[fact.name], setting, fact.joined) if fact.name in settings else setting


def _value(
    text: Text, string: str, head: Head, fact: OptionFact, name: str, negated: bool
) -> tuple[Value, Text]:
    behind = head.behind
    if fact.is_boolean:
        if behind >= len(string):
            return not negated, text.slice(behind, behind)
        if string[behind] != "=" or negated:
            raise ConfigError(f"extra characters follow boolean option {name}", Span(behind, len(string)))
    elif behind >= len(string):
        raise ConfigError(f"unexpected end of line (data missing) after {name}", head.span)
    elif string[behind] != "=":
        raise ConfigError(f'missing "=" after {name}', Span(behind, len(string)))
    start = behind + 1
    while start < len(string) and string[start] in SPACE:
        start += 1
    try:
        value, kept = parse_value(fact.type, name, text.slice(start, len(string)))
        if fact.type == "rewrite":
            parse_rewrite_list(kept)
        return value, kept
    except ConfigError as error:
        span = error.span or Span(0, len(string) - start)
        raise ConfigError(error.message, Span(span.start + start, span.end + start)) from error


def _joined(old: Setting, new: Setting, joint: str) -> Setting:
    """Both settings as Exim keeps them: one string."""
    if not isinstance(old.value, str) or not isinstance(new.value, str):
        return new
    if joint == "condition":
        # what both conditions say must be true
        text = Text.join(
            [
                Text.literal("${if and{{bool_lax{"),
                old.text,
                Text.literal("}}{bool_lax{"),
                new.text,
                Text.literal("}}}}"),
            ]
        )
    else:
        text = Text.join([old.text, Text.literal(joint), *_items(new.text, joint)])
    return Setting(old.name, text.string, text, old.line, old.span, old.hidden or new.hidden)


def _items(text: Text, joint: str) -> list[Text]:
    """The items of a setting that is added to an earlier one, with `joint` between them."""
    string = text.string
    separator, start = joint, 0
    match = _SEPARATOR.match(string)
    if match:
        separator, start = match[1], match.end()
    pieces: list[Text] = []
    while start <= len(string):
        end = string.find(separator, start)
        end = len(string) if end == -1 else end
        item = text.slice(start, end).strip()
        if item.string:
            pieces += [Text.literal(joint), item] if pieces else [item]
        start = end + len(separator)
    return pieces


def read_string(text: Text, start: int, name: str) -> Text:
    """The string from `start` on, behind white space, without its quotes; raises ConfigError with a span in `text`."""
    string = text.string
    while start < len(string) and string[start] in SPACE:
        start += 1
    try:
        return dequote(name, text.slice(start, len(string)))
    except ConfigError as error:
        span = error.span or Span(0, 0)
        raise ConfigError(error.message, Span(span.start + start, span.end + start)) from error
