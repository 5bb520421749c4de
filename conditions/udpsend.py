"""The modifier `udpsend`: a packet for whoever counts things (specification chapter 44.21)."""

from __future__ import annotations

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.registry import modifier
from exim_lang.errors import EximLangError
from exim_lang.expand.string_list import split_list


@modifier("udpsend")
def udpsend(check: Check) -> None:
    """Reads server, port and payload; a fixture of the kind "socket" stands for a packet that was sent."""
    parts = list(split_list(check.value))
    for number, what in enumerate(("destination host", "destination port", "datagram payload")):
        if len(parts) <= number:
            raise AclError(f'missing {what} in "udpsend" modifier')
    if not parts[1].isdigit():
        raise AclError('bad destination port in "udpsend" modifier')
    world = check.scope.world
    call = b"udp " + parts[0] + b":" + parts[1]
    if not world.fixtures.knows("socket", call):
        world.allow("socket", call, None)
        raise EximLangError("udpsend: this toolkit sends no packets; give a fixture that says that it was sent")
