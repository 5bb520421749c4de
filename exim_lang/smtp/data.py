"""DATA and BDAT: may the message come, and how it comes (specification chapter 49, RFC 3030)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.smtp import rejection
from exim_lang.smtp.chunking import Chunks
from exim_lang.smtp.reading import find_end
from exim_lang.smtp.receive import lost_message, take_message

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

BEYOND_LIMIT = 1 << 16
"""Bytes above message_size_limit that are kept of a message; what comes behind them is swallowed."""

_SIZE = re.compile(rb"\s*(\d+)\s*(.*)", re.DOTALL)


def data(session: Session, _: bytes) -> None:
    """DATA."""
    if not in_order(session, "DATA"):
        return
    verdict = session.run_acl("PREDATA", "acl_smtp_predata")
    if verdict is not None and verdict.verdict != "accept":
        rejection.refuse(session, "PREDATA", verdict)
        return
    if verdict is not None:
        session.decide("PREDATA", b"", True, verdict)
    if verdict is not None and verdict.user_message is not None:
        session.respond_custom(b"354", verdict.user_message)
    else:
        session.say(b'354 Enter message, ending with "." on a line by itself')
    session.read_message(DotReader(session))


def in_order(session: Session, word: str) -> bool:
    """Whether there is a recipient; else the client has been told."""
    transaction = session.transaction
    message = session.scope.message
    session.hosts.early_pipelining = False
    if not session.some_discarded and not message.recipients:
        if transaction.rcpt_reply is not None and transaction.rcpt_reply_same:
            session.respond(b"503", b"All RCPT commands were rejected with this error:", final=False)
            session.respond(b"503", transaction.rcpt_reply.removesuffix(b"\r\n"), final=False)
        if session.advertised.pipelining and session.last_was_rcpt:
            session.say(b"503 Valid RCPT command must precede " + word.encode())
            session.decide("DATA", b"", False, reason=f"Valid RCPT command must precede {word}")
        else:
            session.protocol_error(b"503", b"valid RCPT command must precede " + word.encode())
        return False
    if transaction.too_many and session.option("recipients_max_reject"):
        message.sender = None
        session.say(b"554 Too many recipients")
        session.decide("DATA", b"", False, reason="recipients_max_reject")
        return False
    return True


class DotReader:
    """Waits for the line with the single dot."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.searched = 0

    @property
    def wants_data(self) -> bool:
        """Until the dot, it does."""
        return True

    def __call__(self, buffer: bytearray) -> bool:
        found = find_end(buffer, self.searched)
        if found is None:
            limit = self.session.size_limit
            if 0 < limit < len(buffer) - 2 * BEYOND_LIMIT:
                del buffer[limit + BEYOND_LIMIT : -4]  # too big it is already; the last bytes may begin its end
            self.searched = len(buffer)
            return False
        end, after = found
        raw = bytes(buffer[:end])
        del buffer[:after]
        take_message(self.session, raw, dots=True)
        return True

    def lost(self, buffer: bytearray) -> None:
        """The client has gone before the end."""
        lost_message(self.session, bytes(buffer))


def bdat(session: Session, argument: bytes) -> None:
    """BDAT: a chunk of known size follows."""
    if not session.advertised.chunking:
        session.protocol_error(b"503", b"BDAT command used when CHUNKING not advertised")
        return
    found = _SIZE.fullmatch(argument)
    if found is None:
        session.protocol_error(b"501", b"missing size for BDAT command")
        return
    size, last = int(found[1]), found[2].upper() == b"LAST"
    if not in_order(session, "BDAT"):
        if not session.closed:
            session.read_message(Skipper(size))
        return
    session.read_message(Chunks(session, size, last))


class Skipper:
    """Throws away a chunk that was refused."""

    def __init__(self, size: int) -> None:
        self.left = size

    @property
    def wants_data(self) -> bool:
        """As long as the chunk is not complete."""
        return self.left > 0

    def __call__(self, buffer: bytearray) -> bool:
        taken = min(self.left, len(buffer))
        del buffer[:taken]
        self.left -= taken
        return self.left == 0

    def lost(self, buffer: bytearray) -> None:
        """The client has gone; nobody waits for a word."""


