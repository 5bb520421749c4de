"""Scopes with everything wired that ACLs need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.run import run_nested
from exim_lang.acl.verify_address import without_routing
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import match_list

if TYPE_CHECKING:
    from exim_lang.model.config import Config
    from exim_lang.world.world import World


def new_scope(config: Config, world: World) -> Scope:
    """A scope for `config` in `world`, in which expansions can match lists and run ACLs.

    Until the routing layer puts itself into `verify_address`, only fixtures can tell whether an address is good.
    """
    return Scope(config, world, match_list=match_list, run_acl=run_nested, verify_address=without_routing)
