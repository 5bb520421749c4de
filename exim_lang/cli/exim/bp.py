"""`-bP`: the values of options, drivers, lists and macros (specification chapter 5.2)."""

from __future__ import annotations

import os
import sys

from exim_lang.cli.exim.flags import Flags
from exim_lang.cli.exim.refusal import refuse
from exim_lang.cli.exim.show import GroupOf, driver_lines, main_lines, printable
from exim_lang.model.config import Config, Driver
from exim_lang.model.options import options_of
from exim_lang.source.lines import LogicalLine, Macro
from exim_lang.world.opening import open_world
from exim_lang.world.world import World

_NOT_SHOWN = "<value not displayable>"
_WITH_NAMES = ("acl", "router", "transport", "authenticator")
_LISTS = ("address", "domain", "host", "localpart")


def run(flags: Flags, config: Config) -> int:
    """Prints what the arguments ask for, all main options without any; returns Exim's exit status."""
    if config.fatal is not None:
        return refuse(config)
    words = list(flags.arguments)
    no_name = "-n" in words
    words = [word for word in words if word != "-n"]
    world = open_world(dns=flags.dns, allow=flags.allow, root=flags.root, fixtures=flags.fixtures or None)
    show = _Show(config, world.host_name.decode("latin-1"), no_name, lambda user: group_of(world, user))
    status = 0
    while words:
        word = words.pop(0)
        if word in ("router", "transport", "authenticator", "macro") and words:
            status |= show.one(word, words.pop(0))
        else:
            status |= show.word(word)
    if not flags.arguments or flags.arguments == ["-n"]:
        status = show.word("all")
    return status


class _Show:
    def __init__(self, config: Config, host_name: str, no_name: bool, own_group: GroupOf) -> None:
        self.config = config
        self.group_of = own_group
        self.host_name = host_name
        self.no_name = no_name

    def drivers(self, kind: str) -> list[Driver]:
        return {
            "router": self.config.routers,
            "transport": self.config.transports,
            "authenticator": self.config.authenticators,
        }[kind]

    def word(self, word: str) -> int:
        """One argument that stands for itself."""
        match word:
            case "all":
                facts = [fact for fact in options_of(self.config.dialect, "main") if not fact.hidden]
                _print(main_lines(self.config, self.host_name, facts, self.group_of, no_name=self.no_name))
            case "config":
                _print(config_lines(self.config))
            case "config_file" | "configure_file":
                _print([self.config.path])
            case "environment":
                _print([name if self.no_name else f"{name}={value}" for name, value in self.environment()])
            case "routers" | "transports" | "authenticators":
                for driver in self.drivers(word[:-1]):
                    _print(["", f"{driver.name} {driver.kind}:", *driver_lines(driver, self.group_of, no_name=self.no_name)])
            case "router_list" | "transport_list" | "authenticator_list":
                _print([driver.name for driver in self.drivers(word.removesuffix("_list"))])
            case "macros":
                _print([self.macro(macro) for macro in self.config.macros.values()])
            case "macro_list":
                _print(list(self.config.macros))
            case "local_scan":
                _print(["local_scan() options are not supported"])
                return 1
            case _ if word.startswith("+"):
                return self.named_list(word[1:])
            case _:
                return self.option(word)
        return 0

    def option(self, name: str) -> int:
        fact = self.config.fact(name)
        if fact is None or fact.hidden:
            _print([f"{name} is not a known option"])
            return 1
        _print(main_lines(self.config, self.host_name, [fact], self.group_of, no_name=self.no_name))
        return 0

    def one(self, kind: str, name: str) -> int:
        """One router, transport, authenticator or macro."""
        if kind == "macro":
            macro = self.config.macros.get(name)
            if macro is not None:
                _print([self.macro(macro)])
                return 0
        else:
            driver = self.config.driver(kind, name)
            if driver is not None:
                _print(driver_lines(driver, self.group_of, no_name=self.no_name))
                return 0
        _print([f"{kind} {name} not found"])
        return 1

    def macro(self, macro: Macro) -> str:
        return macro.value.string if self.no_name else f"{macro.name}={macro.value.string}"

    def named_list(self, name: str) -> int:
        found = [self.config.lists[kind][name] for kind in _LISTS if name in self.config.lists[kind]]
        if not found:
            _print([f'no address, domain, host, or local part list called "{name}" exists'])
            return 1
        for item in found:
            value = _NOT_SHOWN if item.hidden else printable(item.text.string)
            _print([value if self.no_name else f"{item.kind}list {name} = {value}"])
        return 0

    def environment(self) -> list[tuple[str, str]]:
        """The environment as Exim would leave it: what is kept by a plain name, and what is added."""
        kept = self.config.option("keep_environment")
        added = self.config.option("add_environment")
        names = [word.strip() for word in str(kept or "").split(":")]
        found = [(name, os.environ[name]) for name in os.environ if name in names or "*" in names]
        for word in str(added or "").split(":"):
            name, equals, value = word.strip().partition("=")
            if equals:
                found.append((name, value))
        return found


def group_of(world: World, user: str) -> str | None:
    """The name of a user's own group, its number when it has no name, None for a user that does not exist."""
    entry = world.passwd(user.encode("latin-1"))
    if entry is None:
        return None
    for line in world.read_file(b"/etc/group").decode("latin-1").splitlines():
        name, _, rest = line.partition(":")
        if rest.split(":")[1:2] == [str(entry.gid)]:
            return name
    return str(entry.gid)


def config_lines(config: Config) -> list[str]:
    """The configuration as it was read: without comments, inclusions and macros resolved, sections indented."""
    lines = [f"# Exim Configuration ({config.dialect})", f'# 1 "{config.path}"']
    file, section, number, inside = config.path, "", 0, False
    for line in config.lines:
        if line.exim_file != file:
            lines += _change(config, file, number, line)
            file = line.exim_file
        number = line.exim_line
        string = " ".join(line.text.string.split())
        if line.begins:
            section, inside = line.section.strip().lower().rstrip("s"), False
            lines += ["", string]
        elif not section:
            lines.append(string)
        elif section in _WITH_NAMES and string.endswith(":") and " " not in string[:-1].strip() and "=" not in string:
            inside = True
            lines += ["", f"  {string}"]
        else:
            lines.append(f"    {string}" if inside else f"  {string}")
    return lines


def _change(config: Config, file: str, number: int, line: LogicalLine) -> list[str]:
    """What is written where reading goes over from `file`, after its line `number`, to the file of `line`."""
    content = next((source.content for source in config.files if source.name == file), "")
    for at, text in enumerate(content.split("\n")[number:], number + 1):
        if text.lstrip().startswith(".include"):
            return [f'# {at} "{file}"', f'# 1 "{line.exim_file}"']
    return [f'# {line.exim_line - 1} "{line.exim_file}"']


def _print(lines: list[str]) -> None:
    for line in lines:
        sys.stdout.buffer.write(line.encode("latin-1") + b"\n")
