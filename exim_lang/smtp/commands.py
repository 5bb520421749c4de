"""The SMTP commands: reading a line, finding the command, and counting what is counted (specification chapter 49)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from exim_lang.records import dataclass
from exim_lang.smtp import auth, data, ending, etrn, helo, logline, mail, pacing, proxy, rcpt, simple, starttls, verify
from exim_lang.smtp.hostlists import host_in
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

Action: TypeAlias = "Callable[[Session, bytes], None]"

NUL = b"NUL characters are not allowed in SMTP commands"
SPACE = b" \t\n\v\f\r"


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `word` is all that a line must start with; `has_argument` False makes arguments an error.

    `is_mail` commands are not counted by smtp_accept_max_nonmail. `since` is the version of Exim that brought it. `followed`
    says whether the next command may arrive together with it: never, with PIPELINING, or always.
    """

    word: bytes
    name: str
    action: Action
    has_argument: bool
    is_mail: bool
    since: tuple[int, int] = (0, 0)
    followed: Literal["never", "pipelining", "always"] = "never"


COMMANDS = (
    Command(b"RSET", "RSET", simple.rset, False, False, followed="pipelining"),
    Command(b"HELO", "HELO", helo.helo, True, False),
    Command(b"EHLO", "EHLO", helo.ehlo, True, False),
    Command(b"AUTH", "AUTH", auth.auth, True, False, followed="always"),
    Command(b"STARTTLS", "STARTTLS", starttls.starttls, False, False),
    Command(b"MAIL FROM:", "MAIL", mail.mail, True, True, followed="pipelining"),
    Command(b"RCPT TO:", "RCPT", rcpt.rcpt, True, True, followed="pipelining"),
    Command(b"DATA", "DATA", data.data, False, True),
    Command(b"BDAT", "BDAT", data.bdat, True, True, followed="always"),
    Command(b"QUIT", "QUIT", simple.quit_, False, True, followed="always"),
    Command(b"NOOP", "NOOP", simple.noop, True, False),
    Command(b"ETRN", "ETRN", etrn.etrn, True, False),
    Command(b"VRFY", "VRFY", verify.vrfy, True, False),
    Command(b"EXPN", "EXPN", verify.expn, True, False),
    Command(b"HELP", "HELP", simple.help_, True, False, followed="always"),
    Command(b"XCLIENT", "XCLIENT", simple.xclient, True, False, (4, 97)),
    Command(b"WELLKNOWN", "WELLKNOWN", simple.wellknown, True, False, (4, 98)),
    Command(b"ATRN", "ATRN", etrn.atrn, True, False, (4, 99)),
)


BY_WORD = {command.word: command for command in COMMANDS}
_WORD = re.compile(rb"(?:MAIL FROM|RCPT TO):|[A-Z]+(?= |\Z)", re.IGNORECASE)


def find(line: bytes, version: tuple[int, int]) -> Command | None:
    """The command that a line is; None for one that Exim does not know."""
    word = _WORD.match(line)
    command = None if word is None else BY_WORD.get(word[0].upper())
    return None if command is None or command.since > version else command


def perform(session: Session, raw: bytes) -> None:
    """Does what one line says."""
    connection = session.scope.connection
    line = raw.replace(b"\0", b"?").rstrip(SPACE)
    connection.command = taint(line)
    session.last_mail_rejected, session.mail_rejected = session.mail_rejected, False
    command = find(line, session.config.dialect.version)
    if session.proxy_failed and (command is None or command.name != "QUIT"):
        if b"\0" in raw:
            refuse_nul(session, b"")
            return
        session.respond(*proxy.REFUSAL)
        session.decide("", session.command, False, reason=proxy.REFUSAL[1].decode())
        return
    if session.tls_failed:
        starttls.insecure(session, command is not None and command.name == "QUIT")
        return
    if b"\0" in raw:
        refuse_nul(session, argument_of(line, command))
        return
    if pacing.too_soon(session, "never" if command is None else command.followed):
        pacing.refuse_hasty(session)
        return
    if command is None:
        connection.command_argument = b""
        unknown(session)
        session.last_was_rcpt = False
        return
    argument = argument_of(line, command)
    connection.command_argument = taint(argument)
    session.history(command.name)
    if not counted(session, command):
        too_many_nonmail(session)
    elif argument and not command.has_argument:
        session.protocol_error(b"501", b"unexpected argument data", kind="syntax")
    else:
        if command.name not in ("DATA", "BDAT", "RCPT"):
            session.last_was_rcpt = False
        command.action(session, argument)
        if command.name != "RCPT":
            session.last_was_rcpt = False


def argument_of(line: bytes, command: Command | None) -> bytes:
    """What stands behind the word of a command; nothing for one that is not known."""
    return b"" if command is None else line[len(command.word) :].lstrip(SPACE)


def refuse_nul(session: Session, argument: bytes) -> None:
    """A line with zero bytes, which is looked at no further."""
    session.scope.connection.command_argument = taint(argument)
    session.last_was_rcpt = False
    session.log_syntax_error("syntax", "NUL character(s) present (shown as '?')")
    session.count_syntax_error()
    session.say(b"501 " + NUL)
    session.decide("", session.command, False, reason=NUL.decode())


def unknown(session: Session) -> None:
    """A line that is no command; too many of them end the session."""
    session.unknown_commands += 1
    if session.unknown_commands <= int(session.number("smtp_max_unknown_commands")):
        session.protocol_error(b"500", b"unrecognized command", kind="syntax")
        return
    session.log_syntax_error("syntax", "unrecognized command")
    ending.incomplete(session, "unrecognized command")
    ending.run_notquit(session, "bad-commands", b"500", b"Too many unrecognized commands")
    session.decide("", session.command, False, reason="Too many unrecognized commands")
    who = logline.host_and_ident(session.scope, flag=False)
    last = session.printed_command()
    line = f'SMTP call from {who} dropped: too many unrecognized commands (last was "{last}")'
    session.log("main", "reject", line=line)
    session.closed = True


def counted(session: Session, command: Command) -> bool:
    """Counts a non-mail command; False when there are too many."""
    if command.is_mail or command.name in session.uncounted:
        return True
    if session.counts_nonmail is None:
        session.counts_nonmail = host_in(session, "smtp_accept_max_nonmail_hosts") is True
    if not session.counts_nonmail:
        return True
    session.nonmail_commands += 1
    return session.nonmail_commands <= session.number("smtp_accept_max_nonmail")


def too_many_nonmail(session: Session) -> None:
    ending.incomplete(session, "too many non-mail commands")
    who = logline.host_and_ident(session.scope, flag=False)
    last = session.printed_command().split(" ")[0]
    line = f'SMTP call from {who} dropped: too many nonmail commands (last was "{last}")'
    session.log("main", "reject", line=line)
    ending.run_notquit(session, "bad-commands", b"554", b"Too many nonmail commands")
    session.decide("", session.command, False, reason="Too many nonmail commands")
    session.closed = True
