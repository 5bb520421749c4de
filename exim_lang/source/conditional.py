"""`.ifdef` and its relatives (specification chapter 6.9): which physical lines count."""

from __future__ import annotations

import re
from enum import IntEnum

from exim_lang.records import dataclass, field
from exim_lang.source.text import Text

_DEEPEST = 10
_DIRECTIVE = re.compile(r"\.(ifdef|ifndef|elifdef|elifndef|else|endif)")
_BEHIND_DIRECTIVE = ("", " ", "t")
"""What may follow a directive: Exim has an end, a space and, where a tab was meant, the letter."""


class _State(IntEnum):
    USING = 0
    WAITING = 1
    """These lines do not count; those behind .else may."""
    DONE = 2
    """Nothing counts any more up to .endif."""


class ConditionalError(Exception):
    """A directive in the wrong place; the message is Exim's."""


@dataclass(slots=True)
class Conditionals:
    """The nesting of conditional directives at one point of the reading."""

    state: _State = _State.USING
    outer: list[_State] = field(default_factory=list)
    openings: list[Text] = field(default_factory=list)
    """The lines that opened what is still open, outermost first."""

    @property
    def using(self) -> bool:
        return self.state is _State.USING

    def directive(self, line: Text, macro_found: bool) -> bool:
        """Obeys `line` when it is a conditional directive; false when it is not. Raises ConditionalError.

        `line` is without white space in front, but not at its end. A condition is true when a macro was replaced in the
        line, whatever else stands there. A second `.else` is not an error; and a line with anything but a space behind the
        word (`.endif` with a tab or a carriage return, `.elseif`) is passed over without a word.
        """
        match = _DIRECTIVE.match(line.string)
        if match is None:
            return False
        if line.string[match.end() : match.end() + 1] not in _BEHIND_DIRECTIVE:
            return True
        name = match[1]
        if name in ("ifdef", "ifndef"):
            if len(self.outer) >= _DEEPEST:
                raise ConditionalError(f".{name} nested too deeply")
            self.outer.append(self.state)
            self.openings.append(line)
            if self.state is _State.USING:
                self.state = _State.USING if macro_found is (name == "ifdef") else _State.WAITING
            else:
                self.state = _State.DONE
            return True
        if not self.outer:
            raise ConditionalError(f".{name} without matching .ifdef")
        if name == "endif":
            self.state = self.outer.pop()
            self.openings.pop()
        elif self.state is _State.USING:
            self.state = _State.DONE
        elif self.state is _State.WAITING and (name == "else" or macro_found is (name == "elifdef")):
            self.state = _State.USING
        return True
