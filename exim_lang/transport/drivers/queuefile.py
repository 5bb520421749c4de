"""The transport `queuefile`: copies of the spool files (specification chapter 24; since Exim 4.88)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.taint import is_tainted
from exim_lang.transport.copy import Frame, make_copy
from exim_lang.transport.delivery import QueueTarget, Target
from exim_lang.transport.registry import Job, Refused, transport_driver


@transport_driver("queuefile")
def queuefile(job: Job) -> Target:
    """The directory that the files are copied to."""
    text = job.transport.text("directory")
    if text is None:
        raise Refused(f"directory must be set for the {job.name} transport", panic=True)
    try:
        path = job.expand(text)
    except ExpansionError as error:
        raise Refused(
            f'Expansion of "{text}" (directory name for {job.name} transport) failed: {error.message}', panic=True
        ) from error
    shown = path.decode("latin-1")
    if not path.startswith(b"/"):
        raise Refused(f'queuefile: "{shown}" is not an absolute path', panic=True)
    if is_tainted(path):
        raise Refused(f"Tainted '{shown}' (dirname for {job.name} transport) not permitted", panic=True)
    job.copy = make_copy(job, Frame(), shown)
    return QueueTarget(bytes(path))
