"""readsock: what `${readsocket` is made of (specification 11.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


@lookup_type("readsock", kind="query")
def readsock(scope: Scope, handle: None, key: bytes, options: tuple[bytes, ...]) -> None:
    """Nothing: written as a lookup it is a query without a socket to send it to, and Exim finds nothing."""
