"""What an Exim filter does, as values with their strings expanded, and how `-bf` tells of it."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from exim_lang.filter.nodes import MailField
from exim_lang.records import dataclass

LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Added:
    """A user variable that grew."""

    number: int
    variable: int


@dataclass(frozen=True, slots=True)
class Delivering:
    """A copy for another address."""

    address: bytes
    errors_to: bytes | None
    seen: bool
    noerror: bool


@dataclass(frozen=True, slots=True)
class Saving:
    """A copy in a file; `path` as it is given, `whole` with the home directory in front."""

    path: bytes
    mode: int | None
    seen: bool
    noerror: bool


@dataclass(frozen=True, slots=True)
class Piping:
    """A copy for a command, which is expanded when it is run."""

    command: bytes
    seen: bool
    noerror: bool


@dataclass(frozen=True, slots=True)
class Mailing:
    """A message to be sent; `fields` are expanded."""

    fields: tuple[tuple[MailField, bytes], ...]
    vacation: bool
    expand: bool
    return_message: bool
    seen: bool
    noerror: bool

    def get(self, name: MailField) -> bytes | None:
        """A field, None where it is not there."""
        return dict(self.fields).get(name)


@dataclass(frozen=True, slots=True)
class Logging:
    """`logfile` (a path) or `logwrite` (a line)."""

    what: Literal["logfile", "logwrite"]
    text: bytes
    seen: bool


@dataclass(frozen=True, slots=True)
class Printing:
    """`testprint`."""

    text: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """A command that is not obeyed, and why."""

    text: str


@dataclass(frozen=True, slots=True)
class Finishing:
    """`finish`."""

    seen: bool


@dataclass(frozen=True, slots=True)
class Stopping:
    """`defer`, `fail`, `freeze`."""

    name: Literal["defer", "fail", "freeze"]
    text: bytes


@dataclass(frozen=True, slots=True)
class ChangingHeaders:
    """`headers`."""

    what: str
    text: bytes


Action: TypeAlias = (
    Added | Delivering | Saving | Piping | Mailing | Logging | Printing | Ignored | Finishing | Stopping | ChangingHeaders
)


def told(action: Action) -> str:
    """The lines that `-bf` prints, without the last newline; latin-1."""
    match action:
        case Added(number, variable):
            return f"Add {number} to n{variable}"
        case Delivering(address, errors_to, seen, noerror):
            to = "" if errors_to is None else f" errors_to {_text(errors_to)}"
            return f"{'Deliver' if seen else 'Unseen deliver'} message to: {_text(address)}{to}{_noerror(noerror)}"
        case Saving(path, mode, seen, noerror):
            shown = "" if mode is None else f" {mode:04o}"
            return f"{'Save' if seen else 'Unseen save'} message to: {_text(path)}{shown}{_noerror(noerror)}"
        case Piping(command, seen, noerror):
            return f"{'Pipe' if seen else 'Unseen pipe'} message to: {_text(command)}{_noerror(noerror)}"
        case Mailing():
            return _mail(action)
        case Logging(what, text, seen):
            word = f"Seen {what}" if seen else what.capitalize()
            return f"{word} {_text(text)}" if what == "logfile" else f'{word} "{printable(text)}"'
        case Printing(text):
            return f"Testprint: {printable(text)}"
        case Ignored(why):
            return why
        case Finishing(seen):
            return "Seen finish" if seen else "Finish"
        case Stopping(name, text):
            shown = printable(text[:LONGEST_TEXT]) + (" ... (truncated)" if len(text) > LONGEST_TEXT else "")
            return f'{name.capitalize()} text "{shown}"'
        case ChangingHeaders(what, text):
            return f'Headers {what} "{_text(text)}"'
        case _:
            assert_never(action)


def _mail(action: Mailing) -> str:
    to = action.get("to")
    word = "Seen mail" if action.seen else "Mail"
    shown = "<default>" if to is None else printable(to)
    lines = [f"{word} to: {shown}{' (vacation)' if action.vacation else ''}{_noerror(action.noerror)}"]
    for name, value in action.fields:
        if name != "to":
            note = " (expanded)" if name == "file" and action.expand else ""
            lines.append(f"{name:>7}: {printable(value)}{note}")
    if action.return_message:
        lines.append("Return original message")
    return "\n".join(lines)


def _noerror(noerror: bool) -> str:
    return " (noerror)" if noerror else ""


def _text(value: bytes) -> str:
    return value.decode("latin-1")


_SHORT = {8: "\\b", 10: "\\n", 12: "\\f", 13: "\\r"}


def printable(value: bytes) -> str:
    """The text with escapes for what cannot be printed."""
    return "".join(
        chr(code) if 32 <= code < 127 or code == 9 else _SHORT.get(code, f"\\{code:03o}") for code in value
    )
