"""The copy of the message that content scanning works on, and the folder that it lies in (specification chapter 45).

Exim writes both to the disk, into `scan` in its spool directory. Here they are scratch files of the world: strings read them,
nobody else sees them. The copy is made when it is first asked for and stays as it is.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from exim_lang.expand.headers import REMOVED
from exim_lang.expand.options import option
from exim_lang.records import dataclass

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Message

_CACHE = "content scanning"


@dataclass(slots=True)
class Part:
    """The MIME part that an ACL looks at: it starts at `start` of `data` and ends at a line that begins with the boundary."""

    data: bytes
    start: int
    boundary: bytes | None
    encoding: bytes = b""


@dataclass(slots=True)
class Mbox:
    """The copy of one message: its bytes, the folder (absolute, no slash at its end), and the part being looked at."""

    message: Message
    folder: bytes
    data: bytes
    part: Part | None = None

    @property
    def path(self) -> bytes:
        """The file with the copy."""
        return self.folder + b"/" + self.message.id + b".eml"


def mbox_of(scope: Scope) -> Mbox:
    """The copy of the message under way."""
    known = scope.caches.get(_CACHE)
    if isinstance(known, Mbox) and known.message is scope.message:
        return known
    folder = option(scope, "spool_directory") + b"/scan/" + bytes(scope.message.id)
    mbox = Mbox(scope.message, folder, mbox_text(scope))
    scope.caches[_CACHE] = mbox
    scope.world.scratch.write(mbox.path, mbox.data)
    return mbox


def current_part(scope: Scope) -> Part | None:
    """The MIME part that the MIME ACL is run for; None outside of it."""
    known = scope.caches.get(_CACHE)
    return known.part if isinstance(known, Mbox) and known.message is scope.message else None


def forget_mbox(scope: Scope) -> None:
    """Removes the copy and its folder, unless `control = no_mbox_unspool` keeps them."""
    known = scope.caches.pop(_CACHE, None)
    if isinstance(known, Mbox) and "no_mbox_unspool" not in known.message.controls:
        scope.world.scratch.remove(known.folder)


def mbox_text(scope: Scope) -> bytes:
    """The message in the form that scanners get: an mbox line and the envelope in front."""
    message = scope.message
    sender = bytes(message.sender or b"")
    date = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(scope.world.now())).encode("ascii")
    pieces = [b"From MAILER-DAEMON " + date + b"\n"]  # whoever the sender is
    if sender:
        pieces.append(b"X-Envelope-From: <" + sender + b">\n")
    if message.recipients:
        pieces.append(b"X-Envelope-To: " + b", ".join(message.recipients) + b"\n")
    pieces += [bytes(header.text) for header in message.headers or () if header.kind != REMOVED]
    pieces += [b"\n", bytes(message.body)]
    return b"".join(pieces)
