"""Main options that lists depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.options import option

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def primary_hostname(scope: Scope) -> bytes:
    """The option `primary_hostname`, or the name of this host."""
    return option(scope, "primary_hostname") or scope.world.host_name
