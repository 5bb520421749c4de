"""passwd: the user database (specification 9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


@lookup_type("passwd", kind="query")
def passwd(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """What lsearch would find in a traditional /etc/passwd, with `*` for the password."""
    user = scope.world.passwd(bytes(key))
    if user is None:
        return None
    return b":".join([b"*", b"%d" % user.uid, b"%d" % user.gid, user.gecos, user.home, user.shell])
