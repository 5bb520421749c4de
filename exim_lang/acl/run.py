"""Running access control lists (specification chapter 44)."""

from __future__ import annotations

from collections.abc import Sequence

from exim_lang.acl.verdict import Verdict
from exim_lang.errors import EximLangError
from exim_lang.expand.scope import Scope
from exim_lang.source.text import Text


def run_acl(scope: Scope, where: str, acl: Text | bytes | None, arguments: Sequence[bytes] = ()) -> Verdict:
    """Runs `acl`, the unexpanded value of an option such as `acl_smtp_rcpt`, in the phase `where`.

    `where` is a key of `exim_lang.acl.phases.PHASES`: "CONNECT", "HELO", "MAIL", "RCPT", "PREDATA", "DATA", "NOTSMTP", ... The
    recipient of RCPT, VRFY and PRDR is `scope.address`. `arguments` become `$acl_arg1` ... An ACL that cannot be run is the verdict "error"
    with Exim's log message, never an exception; only what the closed world refuses (ClosedWorld) is raised.
    """
    raise EximLangError("ACLs cannot be run yet")
