"""What the prompt works on: a configuration, a scope, macros, and what is to be shown of each result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from exim_lang.errors import EximLangError
from exim_lang.expand.engine import expand, parse
from exim_lang.expand.trace import Trace, expand_traced
from exim_lang.records import dataclass, field
from exim_lang.repl.client import Client
from exim_lang.source.macros import MacroTable
from exim_lang.source.text import SPACE, SourceFile, Span, Text
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import walk
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config
    from exim_lang.repl.oracle import Oracle
    from exim_lang.world.world import World

Tracing: TypeAlias = Literal["off", "on", "json"]
MACRO = re.compile(r"([A-Z][A-Za-z0-9_]*)\s*==?\s*(.*)", re.DOTALL)
SET = re.compile(r"set(,t)?\s+acl_([cm])([0-9_]\w*)\s*=\s*", re.DOTALL)
CONTINUED = re.compile(r"\\[ \t\v\f\r]*\n[ \t\r\v\f]*")


class Opener(Protocol):
    """How the options of the command line become configurations, worlds and scopes; all raise UsageError."""

    def config(self, path: str) -> Config:
        """The configuration in a file, also one that Exim would refuse."""

    def world(self, allow: Sequence[str]) -> World:
        """A world that allows these kinds besides those of the command line."""

    def scope(self, config: Config, world: World) -> Scope:
        """A new scope."""

    def read_message(self, scope: Scope, path: str) -> None:
        """Makes the message in a file the one at hand."""


@dataclass(slots=True)
class Answer:
    """What became of one input: a value or an error, with the text it was found in.

    `asked` is the string that was expanded; `note` is for what is no expansion.
    """

    text: Text
    asked: Text | None = None
    value: bytes | None = None
    error: EximLangError | None = None
    trace: Trace | None = None
    note: str = ""
    log: list[tuple[str, str]] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """The characters that the error is about."""
        return (self.error and self.error.span) or Span(0, len(self.text))


@dataclass
class Workbench:
    """One session of the prompt. What was set by commands outlives loading another configuration."""

    opener: Opener
    config: Config
    scope: Scope
    tracing: Tracing = "off"
    shows_taint: bool = False
    oracle: Oracle | None = None
    message_path: str = ""
    allowed: list[str] = field(default_factory=list)
    client: Client = field(default_factory=Client)
    macros: dict[str, str] = field(default_factory=dict)

    def answer(self, string: str) -> Answer:
        """Expands a string (latin-1, one character a byte), defines a macro, or sets an ACL variable as `-be` does."""
        text = joined(Text.of(SourceFile("input", string)))
        found = MACRO.fullmatch(text.string)
        if found:
            self.macros[found[1]] = found[2]
            return Answer(text, note=f"Defined macro '{found[1]}'")
        text, _ = self.macro_table().replace(text, starts_line=False)
        setting = SET.match(text.string)
        if setting is None:
            return self.expanded(text)
        answer = self.expanded(text.slice(setting.end(), len(text)))
        if answer.value is not None:
            kept = self.scope.connection.acl_c if setting[2] == "c" else self.scope.message.acl_m
            kept[setting[3]] = taint(answer.value) if setting[1] else answer.value
            answer.note, answer.value = f"variable acl_{setting[2]}{setting[3]} set", None
        return answer

    def expanded(self, text: Text) -> Answer:
        """The value of a string whose macros are replaced, or the error."""
        answer = Answer(text, asked=text)
        before = len(self.scope.log)
        try:
            if self.tracing == "off":
                answer.value = expand(text, self.scope)
            else:
                answer.trace = expand_traced(text.string, self.scope)
                answer.value = answer.trace.result
                if answer.trace.error is not None:
                    answer.error = answer.trace.error.at(text)
        except EximLangError as error:
            answer.error = error
        if answer.error is not None and answer.error.text is not None:
            answer.text = answer.error.text
        answer.log = self.scope.log[before:]
        return answer

    def macro_table(self) -> MacroTable:
        """The macros of the configuration and those defined here, which win."""
        known = {name: macro.value.string for name, macro in self.config.macros.items() if not macro.predefined}
        return MacroTable(self.config.dialect.predefined, known | self.macros)

    # What commands change.

    def load(self, path: str) -> None:
        """Takes another configuration."""
        self.config = self.opener.config(path)
        self.renew()

    def allow(self, kinds: Sequence[str]) -> None:
        """Opens the world for more kinds."""
        wanted = [*self.allowed, *(kind for kind in kinds if kind not in self.allowed)]
        self.scope.world = self.opener.world(wanted)
        self.scope.caches.clear()
        self.allowed = wanted

    def set(self, name: str, value: bytes | None) -> None:
        """Gives a variable a value, or takes it back (None).

        `$item`, `$value` and the numbered ones go where loops and matches put theirs, so that these still win.
        """
        scope = self.scope
        if name.isdigit():
            numeric = [*scope.numeric, *([None] * (int(name) + 1 - len(scope.numeric)))]
            numeric[int(name)] = value
            scope.numeric = tuple(numeric)
        elif name == "item":
            scope.item = value
        elif name == "value":
            scope.value = value
        elif value is None:
            scope.variables.pop(name, None)
        else:
            scope.variables[name] = value

    def settings(self) -> dict[str, bytes]:
        """What variables were set to, by name."""
        scope = self.scope
        found: dict[str, bytes | None] = {**scope.variables, "item": scope.item, "value": scope.value}
        found |= {str(number): value for number, value in enumerate(scope.numeric)}
        return {name: value for name, value in sorted(found.items()) if value is not None}

    def read_message(self, path: str) -> None:
        """Takes another message."""
        self.opener.read_message(self.scope, path)
        self.message_path = path

    def describe_client(self, settings: dict[str, str]) -> None:
        """Says who is connected and what was said so far."""
        self.client.update(settings, self.config.dialect.version)
        self.client.apply(self.scope)

    def renew(self) -> None:
        """A new scope for the configuration, with everything that was set here."""
        old = self.scope
        self.scope = self.opener.scope(self.config, old.world)
        self.scope.variables.update(old.variables)
        self.scope.item, self.scope.value, self.scope.numeric = old.item, old.value, old.numeric
        self.scope.connection.acl_c.update(old.connection.acl_c)
        self.scope.message.acl_m.update(old.message.acl_m)
        if self.message_path:
            self.opener.read_message(self.scope, self.message_path)
        self.client.apply(self.scope)


def joined(text: Text) -> Text:
    """Lines that end in a backslash go on with the next one, whose leading white space is dropped."""
    parts, at = [], 0
    for found in CONTINUED.finditer(text.string):
        parts.append(text.slice(at, found.start()))
        at = found.end()
    return Text.join([*parts, text.slice(at, len(text))]) if parts else text


def unfinished(string: str) -> bool:
    """Whether more lines should follow: a backslash at the end, or braces that are open where the text ends."""
    if string.rstrip(SPACE).endswith("\\") and CONTINUED.search(string.rstrip(SPACE) + "\n"):
        return True
    text = joined(Text.literal(string)).string
    return any(_ends_early(node, text) for node in walk(parse(text)))


def _ends_early(node: tree.Node, text: str) -> bool:
    if isinstance(node, tree.String):
        return not node.closed
    return getattr(node, "stop", None) == len(text)
