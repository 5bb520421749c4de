"""Reading the file of a redirect router: where it may be missing, whose it may be (specification section 22.4)."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.route.address import Outcome
    from exim_lang.route.registry import Run


def read_file(run: Run, path: bytes) -> bytes | Outcome:
    """The content, tainted; "decline" for a file that does not exist, "defer" with a message for one that cannot be used."""
    world = run.scope.world
    shown = path.decode("latin-1")
    try:
        status = world.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return run.defer(f"{shown} is not a regular file")
        wrong = _wrong(run, shown, status)
        return run.defer(wrong) if wrong else taint(world.read_file(path))
    except FileNotFoundError:
        return _missing(run, path)
    except NotADirectoryError as error:
        if run.flag("ignore_enotdir"):
            return "decline"
        return run.defer(f"failed to open {shown}: {error.strerror}")
    except PermissionError as error:
        if run.flag("ignore_eacces"):
            return "decline"
        return run.defer(f"failed to open {shown}: {error.strerror}")
    except OSError as error:
        return run.defer(f"failed to open {shown}: {error.strerror or os.strerror(error.errno or 0)}")


def _missing(run: Run, path: bytes) -> Outcome:
    """A file does not exist only where its directory does: it might be on a disk that is not mounted."""
    directory = path.rpartition(b"/")[0] + b"/."
    try:
        run.scope.world.stat(directory)
    except OSError as error:
        lenient = "ignore_enotdir" if isinstance(error, NotADirectoryError) else "ignore_eacces"
        if isinstance(error, NotADirectoryError | PermissionError) and run.flag(lenient):
            return "decline"
        return run.defer(f"failed to stat {directory.decode('latin-1')} ({error.strerror})")
    run.address.message = run.address.user_message = None
    return "decline"


def _wrong(run: Run, shown: str, status: os.stat_result) -> str:
    """Why owner, group or mode of the file are not what they must be."""
    router, world = run.router, run.scope.world
    user = run.user
    mask = router.option("modemask")
    closed = isinstance(mask, int) and not mask & 0o020
    local = bool(router.option("check_local_user"))
    uid, gid = (user.uid, user.gid) if user is not None else (None, None)
    for option, names, wants, actual, own in (
        ("check_owner", "owners", local or "owners" in router.settings, status.st_uid, uid),
        ("check_group", "owngroups", (local and closed) or "owngroups" in router.settings, status.st_gid, gid),
    ):
        checked = bool(router.option(option)) if option in router.settings else wants
        if not checked or actual in (0, own):
            continue
        listed = router.option(names)
        numbers = set()
        for name in listed if isinstance(listed, tuple) else ():
            text = str(name)
            found = world.passwd(text.encode()) if names == "owners" else world.group(text.encode())
            numbers.add(int(text) if text.isdigit() else getattr(found, "uid", found))
        if actual not in numbers:
            return f"bad {'owner' if option == 'check_owner' else 'group'} for {shown}"
    if isinstance(mask, int) and status.st_mode & mask:
        return f"bad mode (0{status.st_mode:o}) for {shown}: 0{status.st_mode & mask:o} bit(s) unexpected"
    return ""
