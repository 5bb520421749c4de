"""The condition `dmarc_status`: its check is made once for a message, and leaves variables and reports (section 58.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.facts import remember
from exim_lang.acl.log import write
from exim_lang.dmarc.evaluate import Verdict, check_dmarc
from exim_lang.dmarc.reports import forensic, history
from exim_lang.expand.options import log_selected
from exim_lang.expand.variables.options import primary_hostname
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

OLD_WORDS = {"temperror": "error"}
"""What the text for Exim 4.82 called a result."""


def dmarc_status_of(scope: Scope) -> str:
    """What `$dmarc_status` is; the check is made when it is first asked for. Raises ClosedWorld."""
    known = scope.caches.get("dmarc")
    if isinstance(known, tuple) and known[0] is scope.message:
        return str(known[1])
    verdict = check_dmarc(scope)
    status = OLD_WORDS.get(verdict.status, verdict.status) if scope.config.dialect.version < (4, 83) else verdict.status
    scope.caches["dmarc"] = (scope.message, status)
    _publish(scope, verdict, status)
    if verdict.record is not None:
        _log(scope, verdict)
        report = history(scope, verdict)
        scope.reports += [report] if report is not None else []
        scope.reports += forensic(scope, verdict)
    return status


def _publish(scope: Scope, verdict: Verdict, status: str) -> None:
    """Sets the variables, and what `${authresults` says."""
    remember(scope, "dmarc_status", status.encode())
    remember(scope, "dmarc_status_text", verdict.text.encode())
    remember(scope, "dmarc_used_domain", taint(verdict.used_domain.encode("latin-1")))
    remember(scope, "dmarc_domain_policy", verdict.policy.encode())
    if verdict.checked:
        remember(scope, "dmarc_alignment_spf", b"yes" if verdict.spf_aligned else b"no")
        remember(scope, "dmarc_alignment_dkim", b"yes" if verdict.dkim_aligned else b"no")
    told = f"dmarc={verdict.result}" + (f" header.from={verdict.domain}" if verdict.domain else "")
    remember(scope, "authresults_dmarc", taint(f";\n\t{told}".encode("latin-1")))
    host = primary_hostname(scope).decode("latin-1")
    remember(scope, "dmarc_ar_header", taint(f"Authentication-Results: {host}; {told}".encode("latin-1")))
    if verdict.signatures and "authresults_dkim" not in scope.message.facts:
        lines = "".join(signature.result() for signature in verdict.signatures)
        remember(scope, "authresults_dkim", taint(lines.encode("latin-1")))


def _log(scope: Scope, verdict: Verdict) -> None:
    """The line of the main log; since Exim 4.99 a selector asks for it."""
    if scope.config.dialect.version >= (4, 99) and not log_selected(scope, "dmarc_verbose"):
        return
    aligned = {True: "yes", False: "no"}
    write(
        scope,
        ("main",),
        f"DMARC results: spf_domain={verdict.spf_domain} dmarc_domain={verdict.used_domain} "
        f"spf_align={aligned[verdict.spf_aligned]} dkim_align={aligned[verdict.dkim_aligned]} enforcement='{verdict.text}'",
    )
