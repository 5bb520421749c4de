"""Variables that are main options under their own names (specification section 11.9 and chapter 14)."""

from __future__ import annotations

from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope


@variable("bounce_return_size_limit", "return_size_limit")
def bounce_return_size_limit(scope: Scope) -> bytes:
    return option(scope, "bounce_return_size_limit")


@variable("exim_path")
def exim_path(scope: Scope) -> bytes:
    return option(scope, "exim_path")


@variable("localhost_number")
def localhost_number(scope: Scope) -> bytes:
    """The option is expanded, once at the start of a process."""
    from exim_lang.expand.engine import expand  # the engine reads the variables

    text = scope.config.text("localhost_number")
    return expand(text, scope) if text is not None else b"0"


@variable("primary_hostname")
def primary_hostname(scope: Scope) -> bytes:
    return option(scope, "primary_hostname") or scope.world.host_name


@variable("qualify_domain")
def qualify_domain(scope: Scope) -> bytes:
    return option(scope, "qualify_domain") or primary_hostname(scope)


@variable("qualify_recipient")
def qualify_recipient(scope: Scope) -> bytes:
    return option(scope, "qualify_recipient") or qualify_domain(scope)


@variable("spool_directory")
def spool_directory(scope: Scope) -> bytes:
    return option(scope, "spool_directory")
