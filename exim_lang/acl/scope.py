"""Scopes with everything wired that ACLs need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exim_lang.expand.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.expand.verification import Verified, VerifyRequest
    from exim_lang.model.config import Config
    from exim_lang.world.world import World

_CONFIG_FILE = "scope: $config_file"


def new_scope(config: Config, world: World) -> Scope:
    """A scope for `config` in `world`, in which expansions can match lists and run ACLs.

    Until the routing layer puts itself into `verify_address`, only fixtures can tell whether an address is good.
    `$config_file` and `$config_dir` are absolute, also where the configuration was named by a relative path.
    """
    scope = Scope(config, world, match_list=_match_list, run_acl=_run_acl, verify_address=_verify_address)
    if _CONFIG_FILE not in config.memo:
        config.memo[_CONFIG_FILE] = os.fsencode(os.path.abspath(config.path))
    scope.process.config_file = config.memo[_CONFIG_FILE]
    return scope


# Lists and ACLs are imported when the first one is used: many strings never do.


def _match_list(
    scope: Scope, kind: str, subject: bytes, items: bytes, *, caseless: bool = True, leaves_value: bool = False
) -> bytes | None:
    from exim_lang.lists.match import match_list

    if scope.match_list is _match_list:
        scope.match_list = match_list
    return match_list(scope, kind, subject, items, caseless=caseless, leaves_value=leaves_value)


def _run_acl(scope: Scope, acl: bytes, arguments: Sequence[bytes]) -> tuple[str, bytes | None]:
    from exim_lang.acl.run import run_nested

    return run_nested(scope, acl, arguments)


def _verify_address(scope: Scope, address: bytes, request: VerifyRequest) -> Verified:
    from exim_lang.acl.verify_address import without_routing

    return without_routing(scope, address, request)
