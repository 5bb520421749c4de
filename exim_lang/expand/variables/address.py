"""The address that is checked, routed or delivered, and where it came from (specification section 11.9)."""

from __future__ import annotations

from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Address
from exim_lang.expand.variable_table import of_address
from exim_lang.taint import join

of_address(
    (
        ("address_data", "address_data"),
        ("address_file", "address_file"),
        ("address_pipe", "address_pipe"),
        ("domain", "domain"),
        ("domain_data", "domain_data"),
        ("home", "home"),
        ("local_part", "local_part"),
        ("local_part_data", "local_part_data"),
        ("local_part_prefix", "prefix"),
        ("local_part_prefix_v", "prefix_v"),
        ("local_part_suffix", "suffix"),
        ("local_part_suffix_v", "suffix_v"),
        ("router_name", "router_name"),
        ("self_hostname", "self_hostname"),
        ("transport_name", "transport_name"),
    )
)


def _full_local_part(address: Address | None) -> bytes | None:
    """The local part with the prefix and the suffix that were taken from it."""
    if address is None:
        return None
    return join((address.prefix or b"", address.local_part, address.suffix or b""))


def _original(scope: Scope) -> Address | None:
    return scope.address.original if scope.address is not None else None


def _parent(scope: Scope) -> Address | None:
    return scope.address.parent if scope.address is not None else None


@variable("original_local_part")
def original_local_part(scope: Scope) -> bytes | None:
    return _full_local_part(_original(scope))


@variable("original_domain")
def original_domain(scope: Scope) -> bytes | None:
    original = _original(scope)
    return original.domain if original is not None else None


@variable("parent_local_part")
def parent_local_part(scope: Scope) -> bytes | None:
    return _full_local_part(_parent(scope))


@variable("parent_domain")
def parent_domain(scope: Scope) -> bytes | None:
    parent = _parent(scope)
    return parent.domain if parent is not None else None


def _id(value: int) -> bytes:
    """A uid or gid; the "none" that is -1 has 32 bits."""
    return b"%d" % (value & 0xFFFFFFFF)


@variable("local_user_uid")
def local_user_uid(scope: Scope) -> bytes:
    return _id(scope.address.local_user_uid if scope.address is not None else -1)


@variable("local_user_gid")
def local_user_gid(scope: Scope) -> bytes:
    return _id(scope.address.local_user_gid if scope.address is not None else -1)
