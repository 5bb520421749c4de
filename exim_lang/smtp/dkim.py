"""The DKIM ACL: it is run for each signer that the configuration or the message names (specification section 58.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.dkim.verify import Signature, signatures_of
from exim_lang.expand.headers import header_value
from exim_lang.expand.string_list import join_list, split_list
from exim_lang.smtp import logline, rejection
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session

NO_SIGNATURE = {"dkim_verify_status": b"none", "dkim_verify_reason": b""}

KEPT = ("dkim_domain", "dkim_selector", "dkim_key_length")
"""What a signer without a signature leaves as the last signature had it."""


def run_dkim(session: Session) -> bool:
    """Verifies the signatures and runs the ACL for each signer; False when it refused, which the client has been told."""
    scope, message = session.scope, session.scope.message
    if session.config.text("acl_smtp_dkim") is None or "dkim_disable_verify" in message.controls:
        return True
    signed = header_value(scope, b"dkim-signature", "rh") is not None
    signatures = signatures_of(scope) if signed else []
    message.facts["authresults_dkim"] = "".join(signature.result() for signature in signatures).encode("latin-1")
    names = (name for signature in signatures for name in (signature.domain, signature.identity) if name)
    message.facts["dkim_signers"] = taint(join_list(names))
    wanted = session.config.text("dkim_verify_signers")
    signers = scope.expand(wanted if wanted is not None else "$dkim_signers")
    before = dict(message.facts)
    statuses: list[bytes] = []
    for signer in dict.fromkeys(split_list(signers)):
        matching: list[Signature | None] = [one for one in signatures if one.is_of(signer)]
        for signature in (matching or [None]) if signer else []:
            kept = {name: message.facts[name] for name in KEPT if name in message.facts}
            seen = kept | NO_SIGNATURE if signature is None else signature.variables()
            message.facts = before | {"dkim_cur_signer": signer} | seen
            verdict = session.run_acl("DKIM", "acl_smtp_dkim")
            statuses.append(message.facts["dkim_verify_status"])
            if signature is not None and logline.selected(scope, "dkim_verbose"):
                session.log("main", line=signature.log_line())
            if verdict is not None and verdict.verdict != "accept":
                rejection.refuse(session, "DKIM", verdict)
                return False
            session.decide("DKIM", signer, True, verdict)
    kept = {name: message.facts[name] for name in (*KEPT, "dkim_cur_signer") if name in message.facts}
    message.facts = before | kept
    if statuses:
        message.facts["dkim_verify_status"] = b":".join(statuses)
    return True
