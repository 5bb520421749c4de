"""Routers made ready to be asked: what can be known of their options before any address comes (specification section 15.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import EximLangError
from exim_lang.records import dataclass
from exim_lang.route.preconditions import Affixes, Precondition, affixes_of, preconditions_of
from exim_lang.route.registry import ROUTERS, RouterFunction

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.route.address import Purpose


@dataclass(frozen=True, slots=True)
class PreparedRouter:
    """A router with all that it asks of an address that is routed for one purpose.

    `where` says where its strings stand; `preconditions` are those that are set, in Exim's order.
    """

    name: bytes
    where: str
    affixes: Affixes
    preconditions: tuple[Precondition, ...]

    @classmethod
    def of(cls, router: Driver, purpose: Purpose, testing: bool) -> PreparedRouter:
        """The router as it is asked for `purpose`; `testing` is the mode `-bt`. It is worked out once."""
        key = ("prepared", purpose, testing)
        known: PreparedRouter | None = router.memo.get(key)
        if known is None:
            preconditions = tuple(preconditions_of(router, purpose, testing))
            where = f"router {router.name}"
            known = router.memo[key] = cls(router.name.encode("latin-1"), where, affixes_of(router), preconditions)
        return known


def function_of(router: Driver) -> RouterFunction:
    """What the driver of a router does; raises EximLangError where there is no such driver here."""
    function = ROUTERS.get(router.driver)
    if function is None:
        raise EximLangError(f"the router driver {router.driver} is not available", router.span, router.line.text)
    return function
