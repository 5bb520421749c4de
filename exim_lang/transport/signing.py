"""The signatures that the transport `smtp` puts in front of a message (specification section 58.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from exim_lang.arc.sign import sign_arc
from exim_lang.dkim.sign import NotSigned, Options, sign_message
from exim_lang.domainkeys.sign import DkOptions, dk_sign_message
from exim_lang.transport.registry import Refused

if TYPE_CHECKING:
    from exim_lang.transport.delivery import Copy
    from exim_lang.transport.registry import Job

EACCES = 13


def signatures(job: Job) -> tuple[tuple[bytes, ...], Copy]:
    """The header lines of all signatures, and the copy with them in front; raises Refused where `dkim_strict` says so.

    A message that is not at hand cannot be signed, and has none.
    """
    text = job.copy.text
    if text is None:
        return (), job.copy
    options = Options._make(job.transport.text(name) for name in Options._fields)
    dk_options = DkOptions._make(job.transport.text(name) for name in DkOptions._fields)
    try:
        found = sign_message(job.scope, options, text)
        older = dk_sign_message(job.scope, dk_options, text)
    except NotSigned as error:
        job.log.extend(error.log)
        raise Refused(str(error), EACCES) from error
    job.log.extend((*found.log, *older.log))
    headers = (*found.headers, *older.headers)
    sealed = sign_arc(job.scope, job.transport.text("arc_sign"), b"".join(headers) + text)
    job.log.extend(sealed.log)
    headers = (*sealed.headers, *headers)
    if not headers:
        return (), job.copy
    return headers, replace(job.copy, added=(*headers, *job.copy.added), text=b"".join(headers) + text)
