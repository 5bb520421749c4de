"""What `warn` does when its conditions hold (specification chapter 44.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl import log
from exim_lang.acl.phases import MESSAGE_PHASES, spoken
from exim_lang.expand.full_host import host_and_ident
from exim_lang.expand.header_changes import add_header
from exim_lang.expand.options import log_selected

if TYPE_CHECKING:
    from exim_lang.acl.check import Messages
    from exim_lang.expand.scope import Scope


def warn(scope: Scope, phase: str, messages: Messages, *, deferred: bool, holds: bool) -> None:
    """Logs and adds what a `warn` statement asks for; a statement that could not be decided is logged as skipped."""
    if deferred and log_selected(scope, "acl_warn_skipped", True):
        reason = b": " + messages.log if messages.log is not None else b""
        line = f'{host_and_ident(scope)} Warning: ACL "warn" statement skipped: condition test deferred'
        log.write(scope, ("main",), line + reason.decode("latin-1"))
    if not holds:
        return
    if messages.log is not None and messages.log is not messages.user:
        text = f"{host_and_ident(scope)} Warning: {log.printing(messages.log)}"
        if text not in scope.message.warnings_logged:
            scope.message.warnings_logged.add(text)
            log.write(scope, ("main",), text)
    if messages.user is None:
        return
    if phase not in MESSAGE_PHASES:
        line = (
            f'ACL "warn" with "message" setting found in a non-message ({spoken(phase)}) ACL: '
            "cannot specify header lines here: message ignored"
        )
        log.write(scope, ("main", "panic"), line)
        return
    add_header(scope.message, messages.user)
