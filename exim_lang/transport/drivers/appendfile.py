"""The transport `appendfile`: files and directories (specification chapter 26)."""

from __future__ import annotations

import errno
import os
import re
import stat

from exim_lang.errors import ExpansionError
from exim_lang.taint import is_tainted, untainted
from exim_lang.transport.copy import Frame, batch_smtp, edge, make_copy
from exim_lang.transport.delivery import FileTarget, Target
from exim_lang.transport.registry import (
    BAD_CREATE,
    BAD_MODE,
    BAD_UGID,
    NOT_ABSOLUTE,
    NOT_REGULAR,
    QUOTA,
    Job,
    Refused,
    transport_driver,
)

PREFIX = "From ${if def:return_path{$return_path}{MAILER-DAEMON}} ${tod_bsdinbox}\n"
SUFFIX = "\n"
_SIZE = re.compile(rb"([0-9]+)(\.[0-9]*)?([KMG]?)(.*)", re.IGNORECASE | re.DOTALL)


@transport_driver("appendfile")
def appendfile(job: Job) -> Target:
    """The file or the directory, checked as far as it exists."""
    quota, count, threshold = (_quota(job, name) for name in ("quota", "quota_filecount", "quota_warn_threshold"))
    path, is_directory = _path(job)
    form = _format(job, is_directory)
    if path == b"/dev/null" and not is_directory:
        return FileTarget(path, False, form, job.number("mode"))
    tag = b""
    if is_directory and form == "maildir":
        tag = job.option_value("maildir_tag", "maildir_tag") or b""
    mode = _mode(job)
    _check_existing(job, path, is_directory, mode)
    shown = path.decode("latin-1")
    where = _temporary(job, shown, form) if is_directory else shown
    _check_quota(job, path, is_directory, quota, count, where)
    _write(job, is_directory, where)
    name = (job.option_value("directory_file", "directory_file") or b"") if form == "file" else b""
    envelope = _envelope(job) if form == "mailstore" else b""
    return FileTarget(path, is_directory, form, mode, bytes(name), bytes(tag), envelope, quota, count, threshold)


def _mode(job: Job) -> int:
    """The mode that a filter gave with `save`, or that of the option."""
    own = job.address.mode
    return own if own else job.number("mode")


def _path(job: Job) -> tuple[bytes, bool]:
    option = next((name for name in ("file", "directory") if job.transport.text(name) is not None), "")
    text = job.transport.text(option) if option else None
    several = job.flag("maildir_format") or job.flag("mailstore_format")
    if text is None:
        given = job.address.state.address_file
        if given is None:
            raise Refused(f"Mandatory file or directory option missing from {job.name} transport", panic=True)
        path = given
        is_directory = several or path.endswith(b"/")
    else:
        try:
            path = job.expand(text)
        except ExpansionError as error:
            raise Refused(
                f'Expansion of "{text}" (file or directory name for {job.name} transport) failed: {error.message}', panic=True
            ) from error
        is_directory = option == "directory"
    shown = path.decode("latin-1")
    if is_tainted(path):
        if not _below(job, path):
            raise Refused(f"Tainted '{shown}' (file or directory name for {job.name} transport) not permitted", panic=True)
        path = untainted(path)
    if not path.startswith(b"/"):
        raise Refused(f'appendfile: file or directory name "{shown}" is not absolute', NOT_ABSOLUTE)
    if is_directory:
        path = path.rstrip(b"/") or b"/"
    return bytes(path), is_directory


def _place(job: Job) -> bytes | None:
    """The directory that `create_file` holds new files to; None for "anywhere"."""
    value = job.string("create_file")
    if value == "anywhere":
        return None
    return value.encode("latin-1") if value.startswith("/") else job.identity.home or b""


def _below(job: Job, path: bytes) -> bool:
    """Whether `create_file` is strict enough to take a tainted name, and the name stands where it must."""
    value = job.string("create_file")
    place = _place(job)
    return bool(place) and place is not None and value != "inhome" and _is_inside(bytes(path), place, strict=True)


def _is_inside(path: bytes, place: bytes, *, strict: bool) -> bool:
    if not path.startswith(place.rstrip(b"/") + b"/"):
        return False
    return not strict or b"/../" not in path[len(place) - 1 :] + b"/"


def _format(job: Job, is_directory: bool) -> str:
    if not is_directory:
        return "bsmtp" if job.flag("use_bsmtp") else "mbx" if job.flag("mbx_format") else "mailbox"
    return "maildir" if job.flag("maildir_format") else "mailstore" if job.flag("mailstore_format") else "file"


def _check_existing(job: Job, path: bytes, is_directory: bool, mode: int) -> None:
    """What Exim checks before it opens the file; a file that is not there must be allowed there."""
    shown = path.decode("latin-1")
    world = job.scope.world
    try:
        status = world.stat(path, follow=False)
    except (FileNotFoundError, NotADirectoryError):
        place = _place(job)
        if job.flag("file_must_exist") and not is_directory:
            words = os.strerror(errno.ENOENT)
            raise Refused(f"{words}: mailbox {shown} does not exist, but file_must_exist is set", errno.ENOENT) from None
        if place is not None and place and not _is_inside(path, place, strict=job.string("create_file") != "inhome"):
            message = f"mailbox {shown} does not exist, but creation outside the home directory is not permitted"
            raise Refused(message, BAD_CREATE) from None
        return
    except OSError as error:
        raise Refused(f"{error.strerror}: stat() error {error.errno} for mailbox {shown}", error.errno or 0) from error
    if is_directory:
        return
    if stat.S_ISLNK(status.st_mode):
        if not job.flag("allow_symlink"):
            raise Refused(f"mailbox {shown} is a symlink", NOT_REGULAR)
        status = world.stat(path)
    if not stat.S_ISREG(status.st_mode) and not (stat.S_ISFIFO(status.st_mode) and job.flag("allow_fifo")):
        fifo = " (or named pipe)" if job.flag("allow_fifo") else ""
        raise Refused(f"mailbox {shown} is not a regular file{fifo}", NOT_REGULAR)
    if world.fixtures.knows("file", path):
        return
    for option, what, own, wanted in (
        ("check_owner", "uid", status.st_uid, job.identity.uid),
        ("check_group", "gid", status.st_gid, job.identity.gid),
    ):
        if job.flag(option) and own != wanted:
            raise Refused(f"mailbox {shown} has wrong {what} ({own} != {wanted})", BAD_UGID)
    actual = stat.S_IMODE(status.st_mode)
    if mode & ~actual and job.flag("mode_fail_narrower"):
        message = f"mailbox {shown} has the wrong mode 0{actual:o} (0{mode:o} expected)"
        raise Refused(message, BAD_MODE)


def _quota(job: Job, option: str) -> int:
    """A size in bytes, or a number of files; `no_check` behind a slash says that it holds nothing up."""
    text = job.transport.text(option)
    if text is None:
        return 0
    try:
        value = bytes(job.expand(text))
    except ExpansionError as error:
        raise Refused(f'Expansion of "{text}" in {job.name} transport failed: {error.message}', panic=True) from error
    match = _SIZE.fullmatch(value.strip())
    rest = b"" if match is None else match[4].strip()
    if match is None or not (not rest or rest.startswith(b"/") or (rest == b"%" and option == "quota_warn_threshold")):
        shown = value.decode("latin-1")
        raise Refused(f'Malformed value "{shown}" (expansion of "{text}") in {job.name} transport', panic=True)
    factor = 1024 ** b" KMG".index(match[3].upper()) if match[3] else 1
    size = int(float(match[1] + (match[2] or b"")) * factor)
    return 0 if b"no_check" in rest and option != "quota_warn_threshold" else size


def _temporary(job: Job, shown: str, form: str) -> str:
    """What Exim calls a file in a directory while it writes it."""
    host = (job.scope.config.text("primary_hostname") or "").__str__() or job.scope.world.host_name.decode("latin-1")
    now = job.scope.world.now()
    pid = job.scope.process.pid
    if form == "maildir":
        return f"tmp/{int(now)}.H{int(now % 1 * 1000000)}P{pid}.{host}"
    return f"{shown}/temp.{pid}.{host}"


def _check_quota(job: Job, path: bytes, is_directory: bool, quota: int, count: int, where: str) -> None:
    if not quota:
        return
    size, files = _used(job, path, is_directory)
    own = job.scope.message.size if job.flag("quota_is_inclusive") else 0
    if size + own > quota:
        raise Refused(f"mailbox is full (MTA-imposed quota exceeded while writing to {where})", QUOTA)
    if count and is_directory and files + (1 if own else 0) > count:
        raise Refused(f"mailbox is full (MTA-imposed filecount quota exceeded while writing to {where})", QUOTA)


def _used(job: Job, path: bytes, is_directory: bool) -> tuple[int, int]:
    """How large the mailbox is: as the options say, or as it is."""
    stated = [_stated(job, option) for option in ("mailbox_size", "mailbox_filecount")]
    top = job.option_value("quota_directory", "quota_directory") or path
    if is_directory:
        size, files = _below_directory(job, bytes(top)) if None in stated else (0, 0)
    else:
        size, files = 0, 0
        if job.scope.world.exists(path):
            size, files = job.scope.world.stat(path).st_size, 1
    return size if stated[0] is None else stated[0], files if stated[1] is None else stated[1]


def _stated(job: Job, option: str) -> int | None:
    return _quota(job, option) if job.transport.text(option) is not None else None


def _below_directory(job: Job, path: bytes) -> tuple[int, int]:
    world = job.scope.world
    size = files = 0
    if not world.exists(path):
        return 0, 0
    for name in world.list_directory(path):
        status = world.stat(path + b"/" + name, follow=False)
        if stat.S_ISDIR(status.st_mode):
            more, others = _below_directory(job, path + b"/" + name)
            size, files = size + more, files + others
        elif stat.S_ISREG(status.st_mode):
            size, files = size + status.st_size, files + 1
    return size, files


def _write(job: Job, is_directory: bool, where: str) -> None:
    """Makes the copy with prefix and suffix."""
    if job.flag("use_bsmtp"):
        prefix, suffix = edge(job, "message_prefix", "", "prefix"), edge(job, "message_suffix", "", "suffix")
        job.copy = make_copy(
            job, Frame(prefix, suffix, b".", b"..", job.flag("use_crlf"), batch_smtp(job), dot=True), where
        )
        return
    check, escape = (
        job.string(name).encode("latin-1") if name in job.transport.settings or not is_directory else b""
        for name in ("check_string", "escape_string")
    )
    prefix = edge(job, "message_prefix", "" if is_directory else PREFIX, "prefix")
    suffix = edge(job, "message_suffix", "" if is_directory else SUFFIX, "suffix")
    job.copy = make_copy(job, Frame(prefix, suffix, check, escape, job.flag("use_crlf")), where)


def _envelope(job: Job) -> bytes:
    """The `.env` file of mailstore format."""
    lines = []
    for option in ("mailstore_prefix", "mailstore_suffix"):
        value = job.option_value(option, option)
        lines.append(b"" if value is None else bytes(value).rstrip(b"\n") + b"\n")
    middle = bytes(job.return_path) + b"\n" + b"".join(bytes(address.address) + b"\n" for address in job.addresses)
    return lines[0] + middle + lines[1]
