"""The commands of the prompt: lines that begin with a colon and a letter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import TypeAlias, get_args

from exim_lang.errors import UsageError
from exim_lang.expand.names import is_variable
from exim_lang.records import dataclass
from exim_lang.repl.client import SETTINGS
from exim_lang.repl.documentation import Entry, find
from exim_lang.repl.oracle import Oracle
from exim_lang.repl.settings import setting_pages
from exim_lang.repl.show import Painter, showable
from exim_lang.repl.workbench import Tracing, Workbench
from exim_lang.taint import is_tainted, taint

Function: TypeAlias = Callable[[Workbench, str], str]
MOST_NUMBER = 20  # Exim keeps so many captures
COMMAND = re.compile(r":([a-z]+)(?:\s+|$)(.*)", re.DOTALL)


class Quit(Exception):
    """The user has had enough."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `function(workbench, argument)` gives what is to be shown. `words` can complete the argument."""

    name: str
    argument: str
    text: str
    function: Function
    words: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        return f":{self.name} {self.argument}".rstrip()


COMMANDS: dict[str, Command] = {}


def command(name: str, argument: str = "", words: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Registers a command; the first line of the function's docstring is its help."""

    def register(function: Function) -> Function:
        text = (function.__doc__ or "").split("\n")[0]
        COMMANDS[name] = Command(name, argument, text, function, words)
        return function

    return register


def is_command(line: str) -> bool:
    """Whether a line is a command, and no string that begins with a colon."""
    return COMMAND.fullmatch(line.rstrip()) is not None


def run_command(bench: Workbench, line: str) -> str:
    """Obeys one line; returns what is to be shown. Raises UsageError for what makes no sense, and Quit."""
    found = COMMAND.fullmatch(line.rstrip())
    entry = COMMANDS.get(found[1]) if found else None
    if found is None or entry is None:
        raise UsageError(f"there is no command {line.split(maxsplit=1)[0]}; :help lists them")
    return entry.function(bench, found[2].strip())


@command("help")
def help_(bench: Workbench, argument: str) -> str:
    """Lists the commands."""
    width = max(len(entry.usage) for entry in COMMANDS.values())
    lines = [f"  {entry.usage:{width}}  {entry.text}" for entry in COMMANDS.values()]
    return "\n".join(
        [
            "Anything else is expanded. It goes on over several lines until its braces are closed, or to an empty line.",
            "NAME=value defines a macro, set acl_m_name = string an ACL variable, as in exim -be.",
            *lines,
            "Without their arguments :set, :session, :allow and :oracle show how things stand.",
            "Keys: Tab completes, F1 explains the name at the cursor, Alt-Enter starts a new line, Ctrl-D leaves.",
        ]
    )


@command("load", "FILE")
def load(bench: Workbench, argument: str) -> str:
    """Takes the macros, lists, ACLs and options of a configuration."""
    if not argument:
        raise UsageError("which file? :load FILE")
    bench.load(path_of(argument))
    config = bench.config
    lists = sum(len(of_kind) for of_kind in config.lists.values())
    told = f"{config.path}: {lists} named lists, {len(config.acls)} ACLs, {len(config.routers)} routers"
    return "\n".join([told, *(Painter().frame(problem) for problem in config.problems)])


@command("set", "NAME=VALUE")
def set_(bench: Workbench, argument: str) -> str:
    """Gives a variable a value as it stands, NAME =t VALUE a tainted one."""
    if not argument:
        rows = [f"{name} ={'t' if is_tainted(value) else ''} {showable(value)}" for name, value in bench.settings().items()]
        return "\n".join(rows) or "nothing is set"
    found = re.fullmatch(r"\$?(\w+)\s*=(t(?=\s)\s*)?(.*)", argument, re.DOTALL)
    if found is None:
        raise UsageError(":set NAME=VALUE, or :set NAME =t VALUE for a tainted value")
    if not is_variable(found[1], bench.config.dialect):
        raise UsageError(f"there is no variable ${found[1]}")
    value = found[3].lstrip().encode("utf-8", "surrogateescape")
    if found[1].isdigit() and int(found[1]) > MOST_NUMBER:
        raise UsageError(f"matches set no more than $0 to ${MOST_NUMBER}")
    bench.set(found[1], taint(value) if found[2] else value)
    return ""


@command("unset", "NAME")
def unset(bench: Workbench, argument: str) -> str:
    """Takes a value back that :set gave."""
    name = argument.lstrip("$")
    if name not in bench.settings():
        raise UsageError(f"{argument or 'nothing'} is not set")
    bench.set(name, None)
    return ""


@command("message", "FILE")
def message(bench: Workbench, argument: str) -> str:
    """Takes a message, for $h_...: and $message_body."""
    if not argument:
        raise UsageError("which file? :message FILE")
    bench.read_message(path_of(argument))
    headers = bench.scope.message.headers or []
    return f"{len(headers)} header lines, {len(bench.scope.message.body)} bytes of body"


@command("session", "host=... helo=... from=...", tuple(f"{name}=" for name in SETTINGS))
def session(bench: Workbench, argument: str) -> str:
    """Says who is connected; also name, interface, auth, protocol, rcpt."""
    settings = {}
    for word in words_of(argument):
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{word}: NAME=VALUE is wanted, with a NAME of {', '.join(SETTINGS)}")
        settings[name] = value
    bench.describe_client(settings)
    if settings:
        return ""
    return "\n".join(f"{name}={value}" for name, value in bench.client.settings.items()) or "nobody is connected"


@command("trace", "on|off|json", ("on", "off", "json"))
def trace(bench: Workbench, argument: str) -> str:
    """Shows what every part of a string came to, as a tree or as JSON."""
    for choice in get_args(Tracing):
        if choice == argument:
            bench.tracing = choice
            return ""
    raise UsageError(":trace on, off or json")


@command("taint", "on|off", ("on", "off"))
def taint_(bench: Workbench, argument: str) -> str:
    """Shows whether a result is tainted."""
    bench.shows_taint = choice_of(argument)
    return ""


@command("allow", "KIND...")
def allow(bench: Workbench, argument: str) -> str:
    """Lets strings really do a kind of thing: dns, run, readsocket, redis, ..."""
    kinds = argument.replace(",", " ").split()
    if kinds:
        bench.allow(kinds)
    return "allowed: " + (", ".join(sorted(bench.scope.world.allowed)) or "nothing")


@command("explain", "NAME")
def explain(bench: Workbench, argument: str) -> str:
    """Tells all about an item, operator, condition, variable or lookup type, an option, or a name of ACLs."""
    if not argument:
        raise UsageError("explain what? :explain NAME")
    pages = [entry.page() + now(bench, entry) for entry in find(argument, bench.config.dialect)]
    pages += setting_pages(argument, bench.config.dialect)
    if not pages:
        raise UsageError(f"nothing in Exim is called {argument}")
    return "\n".join(pages)


def now(bench: Workbench, entry: Entry) -> str:
    """For a variable that was set here, its value."""
    value = bench.settings().get(entry.name) if entry.kind == "variable" else None
    if value is None:
        return ""
    return f'\n  Now: "{showable(value)}"{" (tainted)" if is_tainted(value) else ""}.'


@command("oracle", "PATH|off")
def oracle(bench: Workbench, argument: str) -> str:
    """Asks a real Exim, too, and shows where it differs; it does run what ${run...} says."""
    if not argument:
        return bench.oracle.path if bench.oracle else "off"
    bench.oracle = None if argument == "off" else Oracle.find(path_of(argument))
    return ""


@command("quit")
def quit_(bench: Workbench, argument: str) -> str:
    """Leaves; so does Ctrl-D."""
    raise Quit


def choice_of(argument: str) -> bool:
    if argument not in ("on", "off"):
        raise UsageError("on or off?")
    return argument == "on"


def path_of(argument: str) -> str:
    """A file name, which may be quoted and begin with a tilde."""
    import os

    words = words_of(argument)
    return os.path.expanduser(words[0]) if len(words) == 1 else argument


def words_of(argument: str) -> list[str]:
    try:
        return shlex.split(argument)
    except ValueError as error:
        raise UsageError(f"{argument}: {error}") from error
