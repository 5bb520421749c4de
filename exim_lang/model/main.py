"""The main section: options and named lists (specification chapters 14 and 10.5)."""

from __future__ import annotations

from exim_lang.errors import ConfigError
from exim_lang.model.config import Config, NamedList
from exim_lang.model.options import find_option
from exim_lang.model.setting import in_line, read_setting
from exim_lang.source.quoted import unquote
from exim_lang.syntax import config_nodes as nodes


def read_main(config: Config, item: nodes.Setting | nodes.NamedList) -> None:
    """Takes one item of the main section into `config`; raises ConfigError in Exim's words."""
    if isinstance(item, nodes.NamedList):
        _read_named_list(config, item)
        return
    setting = read_setting(
        item,
        lambda name: find_option(config.dialect, "main", name),
        config.main,
        lambda name: f'main option "{name}" unknown',
    )
    config.set(setting)


def _read_named_list(config: Config, node: nodes.NamedList) -> None:
    """Of two lists with the same name the first counts; the second is a problem of syntax."""
    try:
        text = unquote(node.value, node.name)
    except ConfigError as error:
        raise in_line(error, node.value, len(node.line.text)) from error
    read = NamedList(node.name, node.kind, text, node.hidden, node.cached, node.line, node.span)
    config.lists[node.kind].setdefault(node.name, read)
