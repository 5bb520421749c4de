"""Proofs of other servers' certificates: `hosts_require_ocsp` and `hosts_request_ocsp` (specification section 43.10).

Nobody is asked: a fixture of the kind "ocsp" says what a host staples, by its address: one of the words of ANSWERS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.ocsp import FAILED, NO_RESPONSE, NOT_REQUESTED, NOT_VERIFIED, VERIFIED
from exim_lang.transport.registry import Job, Refused

if TYPE_CHECKING:
    from exim_lang.transport.delivery import TargetHost

ANSWERS: Final = {"none": NO_RESPONSE, "not verified": NOT_VERIFIED, "failed": FAILED, "verified": VERIFIED}
TLS_REQUIRED: Final = -38
"""Exim's number for a host that does not offer the TLS that is demanded."""


def stapled(job: Job, host: TargetHost) -> int:
    """What `$tls_out_ocsp` would be for a host; where no fixture tells, a demand counts as met, and a wish as not answered."""
    if not host.ocsp or host.address is None:
        return NOT_REQUESTED
    if job.scope.world.fixtures.knows("ocsp", host.address):
        word = job.scope.world.fixtures.get("ocsp", host.address)
        if not isinstance(word, str) or word not in ANSWERS:
            raise EximLangError(f'ocsp "{host.address.decode()}": {word!r} is none of {", ".join(ANSWERS)}')
        return ANSWERS[word]
    return VERIFIED if host.ocsp == "required" else NO_RESPONSE


def choose_stapled(job: Job, hosts: list[TargetHost], proofs: list[int]) -> int:
    """The result for the host that takes the message: the first that gives the proof that is required of it."""
    for host, proof in zip(hosts, proofs, strict=True):
        if host.ocsp != "required" or proof == VERIFIED:
            return proof
    name = hosts[-1].name.decode("latin-1")
    message = f"a TLS session is required for {name}, but no valid proof of its certificate's status came (hosts_require_ocsp)"
    raise Refused(message, TLS_REQUIRED)
