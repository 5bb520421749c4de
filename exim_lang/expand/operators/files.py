"""`${stat:`: what is known of a file (specification section 11.6)."""

from __future__ import annotations

import os
import stat as modes

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope


@operator("stat", scope=True, taint="clears")
def stat(scope: Scope, value: bytes) -> bytes:
    """`name=value` pairs: mode, smode, inode, device, links, uid, gid, size, atime, mtime, ctime."""
    try:
        found = scope.world.stat(bytes(value))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ExpansionError(f"stat({value.decode('latin-1')}) failed: {reason}") from error
    mode = found.st_mode & 0o77777
    words = (
        f"mode={mode:04o} smode={modes.filemode(found.st_mode)} inode={found.st_ino} device={found.st_dev} "
        f"links={found.st_nlink} uid={found.st_uid} gid={found.st_gid} size={found.st_size} "
        f"atime={int(found.st_atime)} mtime={int(found.st_mtime)} ctime={int(found.st_ctime)}"
    )
    return words.encode("ascii")
