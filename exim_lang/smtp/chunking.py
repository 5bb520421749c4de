"""A message that comes in chunks (RFC 3030): BDAT commands and their data take turns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exim_lang.smtp import ending, pacing
from exim_lang.smtp.receive import lost_message, take_message
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

_BDAT = re.compile(rb"BDAT\s+(\d+)(?:\s+(LAST))?", re.IGNORECASE)


class Chunks:
    """Reads the chunks of one message, and the few commands that may come between them."""

    def __init__(self, session: Session, size: int, last: bool) -> None:
        self.session = session
        self.chunk = self.left = size
        self.last = last
        self.received = bytearray()
        self.only_reset = False

    @property
    def wants_data(self) -> bool:
        """Within a chunk, not between two."""
        return self.left > 0

    def __call__(self, buffer: bytearray) -> bool:
        while True:
            if self.left:
                taken = min(self.left, len(buffer))
                self.received += buffer[:taken]
                del buffer[:taken]
                self.left -= taken
                if self.left:
                    return False
            if self.chunk != -1 and buffer and not self.session.advertised.pipelining and pacing.enforced(self.session):
                pacing.too_soon_behind_chunk(self.session)
                if self.session.closed:
                    return True
                self.chunk, self.last, self.only_reset = -1, False, True
            if self.last:
                take_message(self.session, bytes(self.received), dots=False, chunk=self.chunk)
                return True
            if self.chunk != -1:
                self.session.say(b"250 %d byte chunk received" % self.chunk)
                self.chunk = -1
            end = buffer.find(b"\n")
            if end == -1:
                return False
            line = bytes(buffer[:end]).rstrip(b" \t\r\v\f")
            del buffer[: end + 1]
            if self.command(line):
                return True

    def command(self, line: bytes) -> bool:
        """Does what stands between two chunks; True when the message is over with it."""
        session = self.session
        session.scope.connection.command = taint(line)
        upper = line.upper()
        found = _BDAT.fullmatch(line)
        if upper == b"QUIT":
            ending.quit_session(session)
            return True
        if upper == b"RSET":
            session.history("RSET")
            ending.incomplete(session, "RSET")
            session.reset()
            session.say(b"250 Reset OK")
            session.uncounted.discard("RSET")
            return True
        if self.only_reset:
            session.protocol_error(b"503", b"only RSET accepted now")
            return session.closed
        if upper == b"NOOP" or upper.startswith(b"NOOP "):
            session.history("NOOP")
            session.say(b"250 OK")
            return False
        if found is None:
            session.protocol_error(b"503", b"only BDAT permissible after non-LAST BDAT")
            self.only_reset = True
            return session.closed
        session.history("BDAT")
        self.chunk = self.left = int(found[1])
        self.last = found[2] is not None
        return False

    def lost(self, buffer: bytearray) -> None:
        """The client has gone before the last chunk."""
        lost_message(self.session, bytes(self.received + buffer))
