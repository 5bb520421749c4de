"""dkim: what came of the DKIM signatures of a domain or an identity, in Exim 4.69 (experimental specification of 2008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.dkim.verify import Outcome, Signature, signatures_of
from exim_lang.search.registry import Reply, lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


@lookup_type("dkim", kind="query")
def dkim(scope: Scope, handle: None, query: bytes, options: tuple[bytes, ...]) -> Reply:
    """One of `unverified`, `unsigned`, `good`, `bad` and `defer`; of several signatures, a good one counts most.

    A signature without an `i=` tag has the identity `@` with its domain behind. The answer is not kept: it changes when the
    message has been received. Raises ClosedWorld where nobody answers for a key.
    """
    return Reply(_status(scope, bytes(query)), keep=0.0)


def _status(scope: Scope, signer: bytes) -> bytes:
    message = scope.message
    if not message.received or "dkim_verify" not in message.controls:
        return b"unverified"
    found = {_word(signature.outcome) for signature in signatures_of(scope) if _is_of(signature, signer)}
    return next((word for word in (b"good", b"defer", b"bad") if word in found), b"unsigned")


def _is_of(signature: Signature, signer: bytes) -> bool:
    identity = signature.identity or b"@" + signature.domain
    return (identity if b"@" in signer else signature.domain).lower() == signer.lower()


def _word(outcome: Outcome) -> bytes:
    if outcome.status == "pass":
        return b"good"
    return b"defer" if outcome.temporary else b"bad"
