"""Opening a world: from the words of the command line to a World."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Collection

from exim_lang.errors import UsageError
from exim_lang.world.dns import DnsSource
from exim_lang.world.files import Files
from exim_lang.world.fixtures import Fixtures, Recorder
from exim_lang.world.world import KINDS, World

_ADDRESS = re.compile(
    r"(?:(?P<v4>\d+\.\d+\.\d+\.\d+)|\[(?P<v6>[0-9a-fA-F:.]+)\])(?::(?P<port>\d+))?|(?P<bare>[0-9a-fA-F:]*:[0-9a-fA-F:.]+)"
)


def open_world(
    *,
    dns: str = "offline",
    allow: Collection[str] = (),
    root: str = "",
    fixtures: str | None = None,
    record: bool | str = False,
    now: float | None = None,
    seed: int | None = None,
    host_name: str | None = None,
    strict_quoting: bool = False,
) -> World:
    """A World that follows the user's words.

    `dns` is "offline", "system", an address with or without a port, or zone files separated by white space or commas.
    `allow` names kinds (see exim_lang.world.world) that may reach the real thing; "dns" there means "system" unless
    `dns` says more. `root` is the folder that stands for `/`, `fixtures` the name of a fixture file. With `record` the
    World's `recorder` collects the live answers; a name is that of a fixture file, which they are
    written to when the World goes. `strict_quoting` makes an error of what Exim only logs: a tainted query that
    is not quoted for its lookup type. Raises UsageError for what cannot be read or makes no sense.
    """
    unknown = sorted(set(allow) - KINDS)
    if unknown:
        raise UsageError(f"nothing of the kind {unknown[0]!r} can be allowed; known are {', '.join(sorted(KINDS))}")
    if root and not os.path.isdir(root):
        raise UsageError(f"root {root} is not a directory")
    if "dns" in allow and dns == "offline":
        dns = "system"
    world = World(
        files=Files(root),
        dns=_dns_source(dns),
        allowed=allow,
        fixtures=Fixtures.load(fixtures) if fixtures else None,
        recorder=Recorder() if record else None,
        now=now,
        seed=seed,
        host_name=host_name.encode() if host_name is not None else None,
        strict_quoting=strict_quoting,
    )
    if isinstance(record, str) and world.recorder is not None:
        world.recorder.save(record)  # what cannot be written is said now
        weakref.finalize(world, world.recorder.save, record)
    return world


def _dns_source(words: str) -> DnsSource | None:
    if words in ("offline", ""):
        return None
    if words == "system":
        from exim_lang.world.dns_server import SystemDns  # loads nothing that is not used

        return SystemDns()
    address = _ADDRESS.fullmatch(words)
    if address is not None and not os.path.exists(words):
        from exim_lang.world.dns_server import DnsServer

        host = address["v4"] or address["v6"] or address["bare"]
        return DnsServer(host, int(address["port"] or 53))
    from exim_lang.world.dns_zones import ZoneFiles

    return ZoneFiles([name for name in re.split(r"[\s,]+", words) if name])
