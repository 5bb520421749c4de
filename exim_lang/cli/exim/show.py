"""Values of options as `-bP` prints them (specification chapter 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from exim_lang.model.config import Config, Driver, Setting
from exim_lang.model.options import OptionFact, default_of, options_of
from exim_lang.model.values import Value, format_time

GroupOf: TypeAlias = Callable[[str], str | None]
"""Tells the name of a user's own group."""

_GROUPS = {"group": "user", "command_group": "command_user"}
_PRECONDITIONS = (
    "check_local_user",
    "condition",
    "local_part_prefix",
    "local_part_suffix",
    "local_parts",
    "require_files",
    "senders",
)
_MAILDIR = ("check_string", "escape_string", "message_prefix", "message_suffix")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\b": "\\b", "\f": "\\f"}


def printable(string: str) -> str:
    """A string with what cannot be printed as escapes, as Exim shows it."""
    if string.isascii() and string.isprintable():
        return string
    return "".join(_ESCAPES.get(char) or (char if " " <= char < "\x7f" else f"\\{ord(char):03o}") for char in string)


def show(fact: OptionFact, value: Value, *, no_name: bool = False) -> str:
    """One option as a line; `no_name` is the flag -n."""
    name = fact.name
    if fact.type.startswith("boolean") and not isinstance(value, str):
        return name if value else f"no_{name}"
    text, gap = _text(fact, value)
    if no_name:
        return text
    return f"{name} ={gap}{text}"


def _text(fact: OptionFact, value: Value) -> tuple[str, str]:
    """The value as text, and what stands between it and the equals sign."""
    match fact.type:
        case "fixed":
            if not isinstance(value, int | float):
                return "", ""
            whole, places = divmod(round(value * 1000), 1000)
            return f"{whole}.{f'{places:03d}'.rstrip('0') or '0'}", " "
        case "user list" | "group list":
            return (":".join(str(item) for item in value), " ") if isinstance(value, tuple) and value else ("", "")
        case "integer-K" if isinstance(value, int):
            return _units(value, "", "K", "M", "G"), " "
        case "kibibytes" if isinstance(value, int):
            return _units(value, "K", "M", "G", "T") if value else "0", " "
        case "octal" if isinstance(value, int):
            return (f"0{value:o}" if value else "0"), " "
        case "time" | "time-expanded" if isinstance(value, int):
            return format_time(value), " "
        case "time list" if isinstance(value, tuple):
            return ":".join(format_time(int(item)) for item in value), " "
    return ("" if value is None else printable(str(value))), " "


def _units(value: int, *units: str) -> str:
    for unit in units:
        if not value or value % 1024 or unit == units[-1]:
            return f"{value}{unit if value else ''}"
        value //= 1024
    return str(value)


def main_lines(
    config: Config, host_name: str, names: list[OptionFact], group_of: GroupOf, *, no_name: bool = False
) -> list[str]:
    """Main options as lines; `host_name` is the name of this machine."""
    return [show(fact, main_value(config, fact, host_name, group_of), no_name=no_name) for fact in names]


def main_value(config: Config, fact: OptionFact, host_name: str, group_of: GroupOf) -> Value:
    """The value of a main option, also of those that Exim works out when it starts."""
    setting = config.main.get(fact.name)
    defaults = config.dialect.build.defaults
    match fact.name:
        case "exim_version":
            return str(config.dialect)
        case "daemon_smtp_ports" if "daemon_smtp_port" in config.main:
            return config.main["daemon_smtp_port"].value
        case "primary_hostname" if setting is None:
            return host_name
        case "qualify_domain" if _unset(setting):
            return _name(config, "primary_hostname", host_name, group_of)
        case "qualify_recipient" if _unset(setting):
            return _name(config, "qualify_domain", host_name, group_of)
        case "system_filter_group" if setting is None and "system_filter_user" in config.main:
            owner = config.main["system_filter_user"].value
            return group_of(owner) if isinstance(owner, str) else None
    return setting.value if setting is not None else default_of(fact, defaults)


def _unset(setting: Setting | None) -> bool:
    return setting is None or not setting.text.string


def _name(config: Config, name: str, host_name: str, group_of: GroupOf) -> Value:
    fact = config.fact(name)
    assert fact is not None, "every Exim has this option"
    return main_value(config, fact, host_name, group_of)


def driver_lines(driver: Driver, group_of: GroupOf, *, no_name: bool = False) -> list[str]:
    """All options of a driver as lines: the generic ones, then its own."""
    lines = []
    for section in ("generic", driver.driver):
        for fact in options_of(driver.dialect, f"{driver.kind}:{section}"):
            if not fact.hidden:
                lines.append(show(fact, driver_value(driver, fact, group_of), no_name=no_name))
        if section == "generic" and driver.kind == "transport" and driver.driver == "appendfile":
            hidden = driver.settings.get("maildir_use_size_file")
            shown = hidden.value if hidden is not None and isinstance(hidden.value, str) else ""
            lines.append(shown if no_name else f"*expand_maildir_use_size_file = {shown}")
    return lines


def driver_value(driver: Driver, fact: OptionFact, group_of: GroupOf) -> Value:
    """The value of a driver's option, also of those that Exim works out when it starts."""
    from exim_lang.model.driver_checks import public_name

    name = fact.name
    if name in driver.settings and name != "public_name":
        return driver.option(name)
    user = _GROUPS.get(name)
    if user is not None:
        # the group is that of the user, unless it is only known later who that is
        owner = driver.option(user)
        return group_of(owner) if isinstance(owner, str) and "$" not in owner else None
    match driver.kind, name:
        case "router", "protocol":
            return None
        case "router", "check_owner":
            return bool(driver.option("check_local_user")) or "owners" in driver.settings
        case "router", "check_group":
            mask = driver.option("modemask")
            closed = isinstance(mask, int) and not mask & 0o020
            return (bool(driver.option("check_local_user")) and closed) or "owngroups" in driver.settings
        case "authenticator", "public_name":
            return public_name(driver)
        case "authenticator", "server_mech" if driver.driver in ("cyrus_sasl", "gsasl"):
            return public_name(driver)
        case "router", "retry_use_local_part":
            return any(driver.settings[option].value for option in _PRECONDITIONS if option in driver.settings)
        case "router", "log_as_local":
            return driver.driver == "accept"
        case "transport", "retry_use_local_part":
            return driver.driver != "smtp"
    if driver.driver == "appendfile" and name in _MAILDIR and _in_files(driver):
        return None
    return driver.option(name)


def _in_files(transport: Driver) -> bool:
    """Whether an appendfile transport writes each message to a file of its own, or as batched SMTP."""
    return "directory" in transport.settings or bool(
        transport.option("maildir_format") or transport.option("mailstore_format") or transport.option("mbx_format")
    )
