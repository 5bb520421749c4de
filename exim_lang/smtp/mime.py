"""The MIME ACL, which is run once for each part of a message (specification section 45.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.header_changes import apply_changes
from exim_lang.expand.headers import header_value
from exim_lang.smtp import rejection

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.smtp.session import Session


def run_mime(session: Session) -> bool:
    """Runs acl_smtp_mime for a message that has a Content-Type: line; False when it refused, which the client has been told."""
    scope = session.scope
    if session.config.text("acl_smtp_mime") is None or header_value(scope, b"content-type", "rh") is None:
        return True
    from exim_lang.acl.mime import Walk  # few configurations need it

    verdict: Verdict | None = None

    def visit() -> bool:
        nonlocal verdict
        verdict = session.run_acl("MIME", "acl_smtp_mime")
        return verdict is not None and verdict.verdict == "accept"

    accepted = Walk(scope, visit).run()
    apply_changes(scope.message)
    if accepted:
        session.decide("MIME", b"", True, verdict)
        return True
    assert verdict is not None
    if verdict.verdict == "discard":
        session.transaction.blackholed = "(MIME ACL discarded recipients)"
        scope.message.recipients.clear()
        session.transaction.recipients.clear()
        session.decide("MIME", b"", True, verdict, "discarded by MIME ACL")
        return True
    rejection.refuse(session, "MIME", verdict)
    return False
