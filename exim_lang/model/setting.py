"""What one line makes of an option: its typed value, joined to an earlier one where that is allowed (chapter 6.12)."""

from __future__ import annotations

from collections.abc import Callable

from exim_lang.errors import ConfigError
from exim_lang.model.config import Setting
from exim_lang.model.headers_rewrite import check_headers_rewrite
from exim_lang.model.options import OptionFact
from exim_lang.model.values import Value, join_list, parse_value, split_list
from exim_lang.source.text import Span, Text
from exim_lang.syntax import config_nodes as nodes
from exim_lang.syntax.words import LONGEST_NAME

Find = Callable[[str], OptionFact | None]


def read_setting(
    node: nodes.Setting, find: Find, settings: dict[str, Setting], unknown: Callable[[str], str]
) -> Setting:
    """The setting that a line makes, of the options that `find` knows and behind those that are there already.

    Raises ConfigError in Exim's words, its span in the text of the line; `unknown` words the message about an option that
    is not known.
    """
    name = node.written[:LONGEST_NAME]
    fact = find(name)
    negated = False
    if fact is None and node.prefix:
        fact = find(name.removeprefix(node.prefix))
        negated = True
    if fact is None:
        raise ConfigError(unknown(name), node.span)
    if negated and not fact.is_boolean:
        raise ConfigError("negation prefix applied to a non-boolean option", node.span)
    earlier = settings.get(fact.name)
    if earlier is not None and not fact.joined:
        raise ConfigError(f'"{name}" option set for the second time', node.span)
    value, text = _value(node, fact, name, negated)
    if fact.joined and fact.joined != "condition":
        text = join_list(split_list(text, fact.joined), fact.joined)
        value = text.string
    setting = Setting(fact.name, value, text, node.line, node.span, node.hidden)
    return setting if earlier is None else _joined(earlier, setting, fact.joined)


def _value(node: nodes.Setting, fact: OptionFact, name: str, negated: bool) -> tuple[Value, Text]:
    end = len(node.line.text)
    behind = Span(end - len(node.rest), end)
    if node.value is not None:
        behind = Span(node.line.text.string.index("=", node.span.end), end)
    if fact.is_boolean:
        if node.value is None and not node.rest.string:
            return not negated, node.rest
        if node.value is None or negated:
            raise ConfigError(f"extra characters follow boolean option {name}", behind)
    elif node.value is None:
        if node.rest.string:
            raise ConfigError(f'missing "=" after {name}', behind)
        raise ConfigError(f"unexpected end of line (data missing) after {name}", node.span)
    try:
        value, text = parse_value(fact.type, name, node.value)
        if fact.type == "rewrite":
            check_headers_rewrite(text)
        return value, text
    except ConfigError as error:
        raise in_line(error, node.value, end) from error


def in_line(error: ConfigError, value: Text, end: int) -> ConfigError:
    """The error about a `value` that ends its line of `end` characters, with a span in the line."""
    start = end - len(value)
    span = error.span or Span(0, len(value))
    return ConfigError(error.message, Span(span.start + start, span.end + start))


def _joined(old: Setting, new: Setting, joint: str) -> Setting:
    """Both settings as Exim keeps them: one string."""
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
        joints = [Text.literal(joint)] if old.text.string and new.text.string else []
        text = Text.join([old.text, *joints, new.text])
    return Setting(old.name, text.string, text, old.line, old.span, old.hidden or new.hidden)
