"""The option `require_files`: whether files are there, and for whom (specification section 15.1)."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.string_list import split_list
from exim_lang.taint import untainted

if TYPE_CHECKING:
    from exim_lang.route.registry import Run
    from exim_lang.world.world import World

_BLANKS = b" \t\n\v\f\r"


def check_files(run: Run, items: bytes) -> bool | str:
    """Whether all files are as the list wants; a message where nobody can say. Each item is expanded by itself."""
    world = run.scope.world
    who: tuple[int, int] | None = None
    for item in split_list(items):
        shown = item.decode("latin-1")
        try:
            name = run.expand(item)
        except ForcedFailure:
            continue
        except ExpansionError as error:
            return f'failed to expand "{shown}" for require_files: {error.message}'
        if not name:
            continue
        if b"/" not in name:
            found = _user(world, untainted(name))
            if isinstance(found, str):
                return found
            who = found
            continue
        lenient = name.startswith(b"+")
        if lenient:
            name = name[1:].lstrip(_BLANKS)
        inverted = name.startswith(b"!")
        if inverted:
            name = name[1:].lstrip(_BLANKS)
        if not name.startswith(b"/"):
            return f'require_files: "{name.decode("latin-1")}" is not absolute'
        there: bool
        try:
            there = _readable(world, untainted(name), who)
        except (FileNotFoundError, NotADirectoryError):
            there = False
        except PermissionError as error:
            if not lenient:
                return f"require_files: error for {name.decode('latin-1')}: {error.strerror}"
            there = False
        except OSError as error:
            return f"require_files: error for {name.decode('latin-1')}: {error.strerror}"
        if there is inverted:
            return False
    return True


def _user(world: World, name: bytes) -> tuple[int, int] | str:
    """The user and group that later files are checked for."""
    user, comma, group = name.partition(b",")
    entry = world.passwd(user)
    if entry is not None:
        uid = entry.uid
    elif user.isdigit():
        uid = int(user)
    else:
        return f'user "{user.decode("latin-1")}" for require_files not found'
    if not comma:
        if entry is None:
            return f"group missing after numerical uid {uid} for require_files"
        return uid, entry.gid
    gid = int(group) if group.isdigit() else world.group(group)
    if gid is None:
        return f'group "{group.decode("latin-1")}" for require_files not found\n'
    return uid, gid


def _readable(world: World, path: bytes, who: tuple[int, int] | None) -> bool:
    """Whether the file is there and, where a user was named, readable for it; raises OSError as stat() does."""
    status = world.stat(path)
    if who is None or who[0] == 0:
        return True
    parts = path.split(b"/")
    for end in range(2, len(parts)):
        if not _may(world.stat(b"/".join(parts[:end])), who, 1):
            raise PermissionError(13, "Permission denied")
    if not _may(status, who, 4):
        raise PermissionError(13, "Permission denied")
    return True


def _may(status: os.stat_result, who: tuple[int, int], bit: int) -> bool:
    shift = 6 if status.st_uid == who[0] else 3 if status.st_gid == who[1] else 0
    return bool(stat.S_IMODE(status.st_mode) >> shift & bit)
