"""Router drivers by name, and what each of them gets to work with (specification chapters 16 to 22)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from exim_lang.acl.trace import deeper
from exim_lang.errors import ExpansionError
from exim_lang.expand.scope import Scope
from exim_lang.lists.result import Cache
from exim_lang.model.config import Config, Driver
from exim_lang.plugins import Registry
from exim_lang.records import dataclass, field
from exim_lang.route.address import Chains, Outcome, Purpose, RoutedAddress
from exim_lang.source.text import Text
from exim_lang.world.world import User


@dataclass(slots=True)
class Run:
    """One router working on one address; `user` is the one that `check_local_user` found."""

    scope: Scope
    router: Driver
    address: RoutedAddress
    purpose: Purpose
    chains: Chains
    user: User | None = None
    testing: bool = False
    """The mode `-bt`."""
    skipped: str = ""
    """Why the last router was not asked, as its step says it."""
    named: Cache = field(default_factory=dict)
    """What named lists say of the address."""

    @property
    def config(self) -> Config:
        return self.scope.config

    @property
    def domain(self) -> bytes:
        return self.address.state.domain

    def say(self, line: str) -> None:
        """A line for whoever listens to the trace."""
        if self.scope.debug is not None:
            self.scope.debug(line)

    def skip(self, why: str) -> Literal["skip"]:
        """The router is not asked, because of `why`."""
        self.skipped = f"skipped: {why}"
        return "skip"

    def log(self, line: str, *, panic: bool = False) -> None:
        """A line for the main log, perhaps for the panic log as well."""
        self.scope.log += [(name, line) for name in (("main", "panic") if panic else ("main",))]

    def expand(self, text: Text | str | bytes) -> bytes:
        """The value of a string; raises ExpansionError."""
        with deeper(self.scope):
            return self.scope.expand(text)

    def fail_with(self, outcome: Outcome, message: str | bytes) -> Outcome:
        """Sets the message of the address."""
        self.address.message = message.encode("latin-1") if isinstance(message, str) else message
        return outcome

    def defer(self, message: str | bytes) -> Outcome:
        """Routing cannot go on now, because of `message`."""
        return self.fail_with("defer", message)

    def flag(self, name: str) -> bool:
        """A boolean option of the router."""
        return bool(self.router.option(name))

    def failed_expansion(self, text: Text | str, error: ExpansionError) -> Outcome:
        """What most routers say of a string that cannot be expanded."""
        return self.defer(f'{self.router.name} router: failed to expand "{text}": {error.message}')


RouterFunction: TypeAlias = Callable[[Run], Outcome]

ROUTERS: Registry[RouterFunction] = Registry("router driver", "exim_lang.route.routers", "exim_lang.routers")


def router_driver(name: str) -> Callable[[RouterFunction], RouterFunction]:
    """Registers a router driver."""

    def register(function: RouterFunction) -> RouterFunction:
        ROUTERS.add(name, function)
        return function

    return register
