"""The MIME ACL, which is run once for each part of a message (specification section 45.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.header_changes import apply_changes
from exim_lang.expand.headers import header_value
from exim_lang.smtp import rejection

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.smtp.session import Session

DISCARDED = "(MIME ACL discarded recipients)"


def run_mime(session: Session) -> bool:
    """Runs acl_smtp_mime for a message that has a Content-Type: line; False when it refused, which the client has been told."""
    verdict = walk_parts(session, "acl_smtp_mime")
    if verdict is None:
        return True
    scope = session.scope
    apply_changes(scope.message)
    if verdict.verdict == "discard":
        session.transaction.blackholed = DISCARDED
        scope.message.recipients.clear()
        session.transaction.recipients.clear()
        session.decide("MIME", b"", True, verdict, "discarded by MIME ACL")
        return True
    if verdict.verdict != "accept":
        rejection.refuse(session, "MIME", verdict)
        return False
    session.decide("MIME", b"", True, verdict)
    return True


def walk_parts(session: Session, option: str) -> Verdict | None:
    """Runs an ACL for each part until it does not accept one; the last verdict, None where there is no ACL or no part."""
    scope = session.scope
    if session.config.text(option) is None or header_value(scope, b"content-type", "rh") is None:
        return None
    from exim_lang.acl.mime import Walk  # few configurations need it

    verdict: Verdict | None = None

    def visit() -> bool:
        nonlocal verdict
        verdict = session.run_acl("MIME", option)
        return verdict is not None and verdict.verdict == "accept"

    Walk(scope, visit).run()
    return verdict
