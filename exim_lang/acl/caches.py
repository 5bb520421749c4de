"""How long what named lists said is remembered: for a connection, a message, or one run of an ACL."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from exim_lang.lists.result import Cache

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.expand.state import FailedVerification, Message
    from exim_lang.expand.verification import Verified

_VERIFIED = "acl: verified senders"
_HOST = "acl: host lists"
_SENDER = "acl: sender lists"
_RECIPIENT = "acl: recipient lists"


def host_cache(scope: Scope) -> Cache:
    """For host lists about the client: lasts as long as the connection."""
    return _of(scope, _HOST, scope.connection)


def sender_cache(scope: Scope) -> Cache:
    """For lists about the sender: lasts as long as the message, and as its sender."""
    return _of(scope, _SENDER, scope.message, scope.message.sender)


def recipient_cache(scope: Scope) -> Cache:
    """For lists about the recipient: lasts as long as the address is the one in question."""
    return _of(scope, _RECIPIENT, scope.address)


def _of(scope: Scope, key: str, owner: object, detail: object = None) -> Cache:
    kept = cast("tuple[object, object, Cache] | None", scope.caches.get(key))
    if kept is None or kept[0] is not owner or kept[1] != detail:
        kept = (owner, detail, {})
        scope.caches[key] = kept
    return kept[2]


def verified_senders(scope: Scope) -> dict[bytes, tuple[Verified | None, FailedVerification | None]]:
    """The senders of this message that were verified already, by address."""
    kept = cast(
        "tuple[Message, dict[bytes, tuple[Verified | None, FailedVerification | None]]] | None",
        scope.caches.get(_VERIFIED),
    )
    if kept is None or kept[0] is not scope.message:
        kept = (scope.message, {})
        scope.caches[_VERIFIED] = kept
    return kept[1]
