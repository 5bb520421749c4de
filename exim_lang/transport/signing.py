"""The signatures that the transport `smtp` puts in front of a message (specification section 58.2; DomainKeys before 4.70)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from exim_lang.arc.sign import sign_arc
from exim_lang.dkim.sign import NotSigned, Options, sign_message
from exim_lang.domainkeys.sign import DkOptions, dk_sign_message
from exim_lang.records import replace
from exim_lang.transport.registry import Refused

if TYPE_CHECKING:
    from exim_lang.source.text import Text
    from exim_lang.transport.delivery import Copy
    from exim_lang.transport.registry import Job


def signatures(job: Job) -> tuple[tuple[bytes, ...], Copy]:
    """The header lines of all signatures, and the copy with them in front; raises Refused where `dkim_strict` says so."""
    copy = job.copy
    if copy.plain is None or copy.text is None:
        return (), copy
    lines: list[bytes] = []
    try:
        if _options(job, "dk_private_key"):
            done = dk_sign_message(job.scope, DkOptions(*(_text(job, name) for name in DkOptions._fields)), copy.plain)
            job.log += done.log
            lines += done.headers
        if _options(job, "dkim_private_key"):
            whole = b"".join(lines) + copy.plain
            signed = sign_message(job.scope, Options(*(_text(job, name) for name in Options._fields)), whole)
            job.log += signed.log
            lines = [*signed.headers, *lines]
        sealed = sign_arc(job.scope, _text(job, "arc_sign"), b"".join(lines) + copy.plain)
        job.log += sealed.log
        lines = [*sealed.headers, *lines]
    except NotSigned as error:
        job.log += error.log
        raise Refused(f"Permission denied: {error.message}" if error.message else "Permission denied", errno.EACCES) from error
    front = b"".join(lines)
    if not front:
        return (), copy
    wire = front.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return tuple(lines), replace(copy, text=wire + copy.text)


def _options(job: Job, name: str) -> bool:
    """Whether the transport has the option, and sets it."""
    return job.transport.fact(name) is not None and job.transport.text(name) is not None


def _text(job: Job, name: str) -> Text | None:
    return job.transport.text(name) if job.transport.fact(name) is not None else None
