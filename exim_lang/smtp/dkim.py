"""The DKIM ACL: it is run for each signer that the configuration or the message names (specification section 58.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.dkim.verify import MOST_SIGNATURES, Signature, is_signature, signatures_of
from exim_lang.domainkeys.verify import check_message
from exim_lang.errors import ClosedWorld
from exim_lang.expand.string_list import join_list, split_list
from exim_lang.smtp import logline, rejection
from exim_lang.taint import taint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.smtp.session import Session

NO_SIGNATURE = {"dkim_verify_status": b"none", "dkim_verify_reason": b""}

KEPT = ("dkim_domain", "dkim_selector", "dkim_key_length")
"""What a signer without a signature leaves as the last signature had it."""

_SHOWN = frozenset(Signature({}, {}).variables())


def run_dkim(session: Session) -> bool:
    """Verifies the signatures and runs the ACL for each signer; False when it refused, which the client has been told.

    DomainKeys, which has no ACL of its own, is verified here too.
    """
    scope, message = session.scope, session.scope.message
    check_message(scope)
    if not scope.config.dialect.knows("main_option", "acl_smtp_dkim") or "dkim_disable_verify" in message.controls:
        return True
    fields = [header for header in message.headers or () if header.kind == " " and is_signature(header.name, " ")]
    if session.config.text("acl_smtp_dkim") is None:
        if fields:
            log_only(session)
        return True
    signatures = signatures_of(scope) if fields else []
    publish(session, signatures)
    wanted = session.config.text("dkim_verify_signers")
    signers = scope.expand(wanted if wanted is not None else "$dkim_signers")
    if len(fields) > MOST_SIGNATURES:  # the signers are gone through without the ACL
        named = [signer for signer in split_list(signers) if signer]
        message.facts |= {"dkim_cur_signer": named[-1]} if named else {}
        return True
    statuses: list[bytes] = []
    for signer in dict.fromkeys(split_list(signers)):
        matching: list[Signature | None] = [one for one in signatures if one.is_of(signer)]
        for signature in (matching or [None]) if signer else []:
            show(session, signature)
            message.facts["dkim_cur_signer"] = signer
            verdict = session.run_acl("DKIM", "acl_smtp_dkim")
            statuses.append(message.facts["dkim_verify_status"])
            if signature is not None:
                overrule(session, signature)
                log_signature(session, signature)
            if verdict is not None and verdict.verdict != "accept":
                rejection.refuse(session, "DKIM", verdict)
                return False
            session.decide("DKIM", signer, True, verdict)
    reason = message.facts.get("dkim_verify_reason", b"")
    show(session, None)
    for name in NO_SIGNATURE:
        message.facts.pop(name, None)
    if statuses:
        message.facts["dkim_verify_status"] = b":".join(statuses)
        message.facts["dkim_verify_reason"] = reason
    publish(session, signatures)
    return True


def log_only(session: Session) -> None:
    """Verifies without an ACL, for the log and `${authresults`; where nobody answers for a key, that is noted."""
    try:
        signatures = signatures_of(session.scope)
    except ClosedWorld:
        session.note("the DKIM signatures were not verified, because no DNS answers for their keys")
        return
    publish(session, signatures)
    for signature in signatures:
        log_signature(session, signature)


def publish(session: Session, signatures: Sequence[Signature]) -> None:
    """Sets `$dkim_signers`, and what `${authresults` says."""
    facts = session.scope.message.facts
    names = (name for signature in signatures for name in (signature.domain, signature.identity) if name)
    facts["dkim_signers"] = taint(join_list(names))
    words = (facts.get(name, b"").decode("latin-1") for name in NO_SIGNATURE)
    policy = " - ".join(filter(None, words))
    facts["authresults_dkim"] = "".join(signature.result(policy) for signature in signatures).encode("latin-1")


def show(session: Session, signature: Signature | None) -> None:
    """Sets the variables for a signature, or for a signer that has none."""
    facts = session.scope.message.facts
    for name in _SHOWN.difference(KEPT):
        facts.pop(name, None)
    facts.update(NO_SIGNATURE if signature is None else signature.variables())


def overrule(session: Session, signature: Signature) -> None:
    """Remembers where the ACL set another status or reason than the verification came to."""
    facts = session.scope.message.facts
    now = facts["dkim_verify_status"].decode("latin-1"), facts["dkim_verify_reason"].decode("latin-1")
    if now != (signature.outcome.status, signature.outcome.reason):
        signature.overruled = now


def log_signature(session: Session, signature: Signature) -> None:
    """Logs what came of it, and notes the domain of a good one for the line about the message."""
    if logline.selected(session.scope, "dkim_verbose"):
        session.log("main", line=signature.log_line())
    status = signature.overruled[0] if signature.overruled else signature.outcome.status
    if status == "pass":
        session.transaction.dkim_domain = signature.domain
