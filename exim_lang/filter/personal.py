"""The condition `personal`: whether a message is for the user, and from a person (the filter document, section 3.29)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from exim_lang.expand import regex
from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.expand.headers import REMOVED
from exim_lang.expand.options import option

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import Header

Rewrite = Callable[[bytes, str], bytes]
"""Rewrites an address as in a header line: the address, and the letter of the place."""

_LISTS = tuple(b"list-" + name + b":" for name in (b"id", b"help", b"subscribe", b"unsubscribe", b"post", b"owner", b"archive"))
_ROBOTS = (rb"^server@", rb"^daemon@", rb"^root@", rb"^listserv@", rb"^majordomo@", rb"^.*?-request@", rb"^owner-[^@]+@")
_PRECEDENCES = (b"bulk", b"list", b"junk")


def is_personal(scope: Scope, aliases: Iterable[bytes], rewrite: Rewrite) -> bool:
    """Whether the message comes from a person and names the current user, or an alias, as a recipient."""
    if not scope.message.sender:
        return False
    headers = [header for header in scope.message.headers or () if header.kind != REMOVED]
    for header in headers:
        name = header.text.partition(b":")[0].lower() + b":"
        if name in _LISTS:
            return False
        if name == b"auto-submitted:" and header.value.strip().lower() != b"no":
            return False
    own = own_addresses(scope, rewrite)
    wanted = {address.lower() for address in (*own, *aliases)}
    if not _addresses(headers, b"to") & wanted:
        return False
    senders = _addresses(headers, b"from")
    if not senders or senders & wanted:
        return False
    if any(regex.compile(pattern, caseless=True).search(sender) is not None for sender in senders for pattern in _ROBOTS):
        return False
    values = [header.value.strip().lower() for header in headers if header.name.lower() == b"precedence"]
    return not any(value.startswith(word) for value in values for word in _PRECEDENCES)


def own_addresses(scope: Scope, rewrite: Rewrite) -> list[bytes]:
    """The address of the user: with and without prefix and suffix, and as it is rewritten in From: and To:."""
    state = scope.address
    if state is None:
        return []
    domain = bytes(state.domain or option(scope, "qualify_recipient") or b"")
    bare = bytes(state.local_part) + b"@" + domain
    whole = bytes(state.prefix or b"") + bytes(state.local_part) + bytes(state.suffix or b"") + b"@" + domain
    found = [bare, whole]
    found += [bytes(rewrite(address, place)) for address in (bare, whole) for place in "ft"]
    return list(dict.fromkeys(found))


def _addresses(headers: list[Header], name: bytes) -> set[bytes]:
    found = set()
    for header in headers:
        if header.name.lower() != name:
            continue
        for item in address_items(header.value.strip()):
            try:
                parsed = parse_address(item, allow_group=True, in_group=True, allow_domain_literals=True)
            except AddressError:
                continue
            found.add(bytes(parsed.address).lower())
    return found
