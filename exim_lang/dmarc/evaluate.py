"""What DMARC says of a message: the policy of the domain in From:, and the SPF and DKIM results that agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.dkim.verify import Signature, signatures_of
from exim_lang.dmarc.discovery import BySuffixList, ByTreeWalk, Discovery, DnsDeferred, Policy
from exim_lang.dmarc.record import Record
from exim_lang.dmarc.suffixes import suffix_finder, tld_file
from exim_lang.expand.addresses import AddressError, parse_address

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

DMARC_STATUSES: Final = ("accept", "reject", "quarantine", "none", "norecord", "nofrom", "temperror", "off")


SWITCHES_OFF: Final = frozenset({"dmarc_disable_verify", "dmarc_verify_disable"})
"""Controls; the second is what the text for Exim 4.82 called the first."""


class Verdict(NamedTuple):
    """What came of a check, in Exim's words.

    `status` is `$dmarc_status`, `text` `$dmarc_status_text`, `result` the word for Authentication-Results:. `domain` is that of
    From:, `used_domain` the one that the policy was found at, `policy` what is published there (`record`). `spf_domain` was
    checked by SPF with `spf_result` (None: it was not). `checked` is False where Exim leaves DMARC alone.
    """

    status: str = "none"
    text: str = ""
    result: str = "skipped"
    domain: str = ""
    used_domain: str = ""
    record: Record | None = None
    spf_domain: str = ""
    spf_result: str | None = None
    spf_aligned: bool = False
    dkim_aligned: bool = False
    signatures: tuple[Signature, ...] = ()
    checked: bool = False

    @property
    def policy(self) -> str:
        return self.record.p if self.record is not None else ""


_OUTCOMES: Final = {
    "accept": ("Accept", "pass"),
    "none": ("None, Accept", "none"),
    "quarantine": ("Quarantine", "fail"),
    "reject": ("Reject", "fail"),
    "norecord": ("No DMARC record", "none"),
    "nofrom": ("No From: domain found", "temperror"),
    "temperror": ("Internal Policy Error", "temperror"),
}


def check_dmarc(scope: Scope) -> Verdict:
    """Checks the message of the scope, by the results that SPF and DKIM have had for it.

    Raises ClosedWorld where nobody may answer a DNS query.
    """
    if SWITCHES_OFF & scope.message.controls.keys():
        return Verdict(status="off")
    file = tld_file(scope)
    if not file or not scope.connection.host_address or scope.connection.authenticated_by:
        return Verdict()
    domain = from_domain(scope)
    if not domain:
        return _verdict("nofrom", Verdict(checked=True))
    verdict = _with_spf(scope, Verdict(domain=domain, used_domain=domain, signatures=_signatures(scope), checked=True))
    discovery = discovery_for(scope, file)
    try:
        return _judged(discovery, discovery.policy(domain), verdict)
    except DnsDeferred:
        return _verdict("temperror", verdict)


def discovery_for(scope: Scope, file: bytes) -> Discovery:
    """How policies are found: RFC 7489's way, or RFC 9989's where the feature `tree_walk` is switched on."""
    if scope.config.dialect.has_feature("tree_walk"):
        return ByTreeWalk(scope)
    return BySuffixList(scope, suffix_finder(scope, file))


def from_domain(scope: Scope) -> str:
    """The domain of the first address in From:, in lower case; empty where there is none."""
    fields = [header for header in scope.message.headers or () if header.kind == "F"]
    if not fields:
        return ""
    text = fields[0].value.strip()
    end = _end_of_address(text)
    try:
        domain = bytes(parse_address(text[:end].strip(), allow_group=True, allow_domain_literals=True).domain)
    except AddressError:
        return ""
    return "" if domain.startswith(b"[") else domain.decode("latin-1").lower().rstrip(".")


def _end_of_address(text: bytes) -> int:
    """Where the first address of a list ends."""
    depth = 0
    quoted = False
    escaped = False
    for at, code in enumerate(text):
        char = chr(code)
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1 if depth else 0
        elif char == "," and not quoted and not depth:
            return at
    return len(text)


def _signatures(scope: Scope) -> tuple[Signature, ...]:
    if "dkim_disable_verify" in scope.message.controls:
        return ()
    return tuple(signatures_of(scope))


def _with_spf(scope: Scope, verdict: Verdict) -> Verdict:
    """The verdict with what the condition `spf` has found out; for a null sender, about the name in HELO."""
    facts = scope.message.facts
    sender = (scope.message.sender or b"").rpartition(b"@")[2] or scope.connection.helo_name or b""
    result = facts.get("spf_result")
    return verdict._replace(
        spf_domain=sender.decode("latin-1").lower(), spf_result=None if result is None else result.decode("latin-1")
    )


def _judged(discovery: Discovery, policy: Policy, verdict: Verdict) -> Verdict:
    record = policy.record
    if record is None:
        return _verdict("norecord", verdict)
    domain = verdict.domain
    spf = verdict.spf_result == "pass" and aligned(discovery, domain, verdict.spf_domain, record.aspf)
    dkim = any(
        _status(one) == "pass" and aligned(discovery, domain, one.domain.decode("latin-1").lower(), record.adkim)
        for one in verdict.signatures
    )
    verdict = verdict._replace(used_domain=policy.domain, record=record, spf_aligned=spf, dkim_aligned=dkim)
    return _verdict("accept" if spf or dkim else policy.word, verdict)


def _status(signature: Signature) -> str:
    """What came of a signature, or what the DKIM ACL made of that."""
    return signature.overruled[0] if signature.overruled else signature.outcome.status


def aligned(discovery: Discovery, domain: str, other: str, mode: str) -> bool:
    """Whether a domain that SPF or DKIM vouch for agrees with that of From:; in strict mode ("s") it is the same."""
    other = other.rstrip(".")
    if domain == other or mode == "s" or not other:
        return domain == other
    return discovery.organizational(domain) == discovery.organizational(other)


def _verdict(status: str, verdict: Verdict) -> Verdict:
    text, result = _OUTCOMES[status]
    return verdict._replace(status=status, text=text, result=result)
