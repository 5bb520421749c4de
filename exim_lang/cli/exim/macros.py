"""Macros in what `-be` reads: those of the configuration are replaced, and new ones can be defined (specification 5.2)."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.refusal import log_stamp
from exim_lang.source.macros import MacroError, MacroTable
from exim_lang.source.text import Text

if TYPE_CHECKING:
    from exim_lang.model.config import Config
    from exim_lang.world.world import World

_PREDEFINED = re.compile(rb"(?<![A-Za-z0-9])_[A-Z]")


class Macros:
    """The macros that lines are read with."""

    def __init__(self, config: Config, world: World) -> None:
        self.world = world
        found = config.own_macros
        self.table = MacroTable(
            config.dialect.predefined, {macro.name: macro.value.string for macro in found if macro.command_line}
        )
        self.names = [macro.name.encode() for macro in found]
        for macro in found:
            if not macro.command_line:
                self.table.define(Text.literal(f"{macro.name} = {macro.value.string}"))

    def concern(self, line: bytes) -> bool:
        """Whether `read` may change `line`, or take it for a definition."""
        return line[:1].isupper() or any(name in line for name in self.names) or _PREDEFINED.search(line) is not None

    def read(self, line: bytes) -> tuple[bytes, bool]:
        """What `line` comes to, and whether that is a string to expand; otherwise it is what Exim says of a definition."""
        if any(name in line for name in self.names) or _PREDEFINED.search(line):
            replaced, _ = self.table.replace(Text.literal(line.decode("latin-1")), starts_line=True)
            line = replaced.encode()
        return (self.define(line), False) if line[:1].isupper() else (line, True)

    def define(self, line: bytes) -> bytes:
        """Takes a definition; one that Exim refuses is told of on the standard error, and gives nothing to say."""
        try:
            name = self.table.define(Text.literal(line.decode("latin-1")))
        except MacroError as error:
            print(f"{log_stamp(self.world.now())} Exim configuration error:\n  {error.message}", file=sys.stderr)
            return b""
        self.names.append(name.encode())
        return f"Defined macro '{name}'\n".encode()
