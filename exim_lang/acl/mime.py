"""The parts of a MIME message, one after the other as Exim comes upon them, and decoding them (specification section 45.4)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Literal

from exim_lang.acl import log
from exim_lang.acl.facts import remember
from exim_lang.acl.mbox import Mbox, Part, current_part, mbox_of
from exim_lang.acl.mime_decode import Anomaly, decode_part, lines_to
from exim_lang.acl.mime_header import HEADER_LIMIT, PartHeader, read_header
from exim_lang.expand.headers import check_rfc2047_length
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.taint import is_tainted, like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

MOST_FILES = 1024
RFC822 = b"__rfc822_"
_UNSET = ("anomaly_level", "anomaly_text", "content_size", "decoded_filename", "is_multipart")

_TEXTS = (
    "boundary", "charset", "content_description", "content_disposition", "content_id", "content_transfer_encoding",
    "content_type", "filename",
)  # fmt: skip


@dataclass(slots=True)
class _Context:
    """A multipart that is being read: its boundary, and whether its next part belongs to the cover letter."""

    boundary: bytes
    letter: Literal["all", "first", "none"]


class Walk:
    """Takes a message apart. `visit` is called for each part, with its variables set, and says whether to go on."""

    def __init__(self, scope: Scope, visit: Callable[[], bool]) -> None:
        self.scope = scope
        self.visit = visit
        self.mbox: Mbox = mbox_of(scope)
        self.data = self.mbox.data
        self.at = 0
        self.counted = -1

    def run(self) -> bool:
        """All parts of the message, then those of the messages in it; False when `visit` stopped it."""
        going = self._message(rfc822=False)
        self._unset()
        while going and (attached := self._attached()) is not None:
            outer = self.counted
            self.data = self.scope.world.scratch.read(attached)
            going = self._message(rfc822=True)
            self._unset()
            self._count(outer)
            self.scope.world.scratch.remove(attached)
        return going

    def _attached(self) -> bytes | None:
        """The file with the next attached message."""
        names = [name for name in self.scope.world.scratch.names(self.mbox.folder) if name.startswith(RFC822)]
        return self.mbox.folder + b"/" + names[0] if names else None

    def _message(self, *, rfc822: bool) -> bool:
        self.at = 0
        self._count(-1)
        remember(self.scope, "mime_is_rfc822", b"%d" % rfc822)
        return self._entities(None)

    def _unset(self) -> None:
        for name in (*_TEXTS, *_UNSET):
            remember(self.scope, f"mime_{name}", None)

    def _count(self, number: int) -> None:
        self.counted = number
        remember(self.scope, "mime_part_count", b"%d" % number)

    def _entities(self, context: _Context | None) -> bool:
        """The parts between the boundaries of `context`; without one, the whole message."""
        while True:
            self._unset()
            if context is not None and not self._next_boundary(context.boundary):
                return True
            header, self.at = read_header(self.data, self.at, check_length=check_rfc2047_length(self.scope))
            self._count(self.counted + 1)
            self._set_variables(header, context)
            part = Part(self.data, self.at, context.boundary if context is not None else None, header.content_transfer_encoding)
            if not self._look_at(part):
                return False
            if header.is_multipart and header.boundary:
                if not self._entities(_Context(header.boundary, _letter(header, context))):
                    return False
            elif header.content_type.startswith(b"message/rfc822"):
                self._save_attached(part)
            if context is None:
                return True
            if context.letter == "first":
                context.letter = "none"

    def _next_boundary(self, boundary: bytes) -> bool:
        """Goes behind the next line that starts with the boundary; False at the last one, or when there is none."""
        for line in lines_to(self.data, self.at, None, HEADER_LIMIT - 1):
            self.at += len(line)
            if line.startswith(b"--" + boundary):
                return not line.startswith(b"--", 2 + len(boundary))
        return False

    def _look_at(self, part: Part) -> bool:
        self.mbox.part = part
        try:
            return self.visit()
        finally:
            self.mbox.part = None

    def _set_variables(self, header: PartHeader, context: _Context | None) -> None:
        for name in _TEXTS:
            remember(self.scope, f"mime_{name}", getattr(header, name) or None)
        remember(self.scope, "mime_is_multipart", b"%d" % header.is_multipart)
        remember(self.scope, "mime_is_coverletter", b"%d" % (context is None or context.letter != "none"))

    def _save_attached(self, part: Part) -> None:
        """Decodes an attached message, for later."""
        scratch = self.scope.world.scratch
        paths = (b"%s/%s%05d" % (self.mbox.folder, RFC822, number) for number in count())
        path = next(path for path in paths if path not in scratch)
        content, anomaly = decode_part(part.data, part.start, part.boundary, part.encoding)
        scratch.write(path, content)
        _remember(self.scope, content, anomaly)


def _letter(header: PartHeader, context: _Context | None) -> Literal["all", "first", "none"]:
    if context is not None and context.letter == "none":
        return "none"
    return "all" if header.content_type in (b"multipart/alternative", b"multipart/related") else "first"


def decode_to_file(scope: Scope, argument: bytes) -> bool | None:
    """Decodes the part at hand to the file that `argument`, expanded, asks for. False: it asks for none; None: it cannot be.

    Sets `$mime_decoded_filename`, then `$mime_content_size` and, where the encoding is broken, `$mime_anomaly_...`.
    """
    part = current_part(scope)
    if part is None:
        return False
    wanted = next(iter(split_list(argument)), b"default") if argument.strip() else b"default"
    if wanted in (b"false", b"0"):
        return False
    path = _path(scope, wanted)
    remember(scope, "mime_decoded_filename", path)
    if is_tainted(path):
        log.write(scope, ("main", "panic"), f"Tainted filename '{path.decode('latin-1')}'")
        return None
    if not _is_directory(scope, path.rpartition(b"/")[0] or b"/") or _is_directory(scope, path):
        return None
    content, anomaly = decode_part(part.data, part.start, part.boundary, part.encoding)
    scope.world.write_file(path, content, keep=not path.startswith(mbox_of(scope).folder + b"/"))
    _remember(scope, content, anomaly)
    return True


def _remember(scope: Scope, content: bytes, anomaly: Anomaly | None) -> None:
    """What decoding has found: the size in kilobytes, and what was wrong."""
    if anomaly is not None:
        remember(scope, "mime_anomaly_level", b"%d" % anomaly.level)
        remember(scope, "mime_anomaly_text", anomaly.text)
    remember(scope, "mime_content_size", b"%d" % (-(-len(content) // 1024)))


def _path(scope: Scope, wanted: bytes) -> bytes:
    mbox = mbox_of(scope)
    if wanted == b"default":
        return _numbered(scope, mbox.folder)
    if wanted.startswith(b"/"):
        return _numbered(scope, wanted) if _is_directory(scope, wanted) else wanted
    return like(mbox.folder + b"/" + wanted, wanted)


def _numbered(scope: Scope, folder: bytes) -> bytes:
    """The first name in the folder that is not taken."""
    path = folder
    for number in range(MOST_FILES):
        path = like(b"%s/%s-%05d" % (folder, scope.message.id, number), folder)
        if not scope.world.exists(path):
            break
    return path


def _is_directory(scope: Scope, path: bytes) -> bool:
    try:
        return scope.world.is_directory(path)
    except OSError:
        return False
