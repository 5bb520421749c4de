"""The option `headers_rewrite` of transports: rewrite rules in a list (specification chapter 24)."""

from __future__ import annotations

from exim_lang.errors import ConfigError
from exim_lang.model.values import split_list
from exim_lang.source.lines import LogicalLine
from exim_lang.source.text import Span, Text
from exim_lang.syntax.config_rules import parse_rewrite_rule

_HEADER_FLAGS = frozenset("hbcfrstqQRw")


def check_headers_rewrite(text: Text) -> None:
    """Raises ConfigError where the list has a rule that Exim refuses."""
    for item in split_list(text):
        if not item.string:
            continue
        rule = parse_rewrite_rule(LogicalLine(item))
        if not _HEADER_FLAGS.issuperset(rule.flags):
            message = "rewrite rule specifies a non-header rewrite - not allowed at transport time -"
            raise ConfigError(message, Span(0, len(item)))
