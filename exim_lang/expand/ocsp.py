"""Proofs of a certificate's status, as stapled to a TLS handshake (specification sections 43.6 and 43.10; RFC 6960)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from exim_lang.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509
    from cryptography.x509 import ocsp

Status: TypeAlias = Literal["good", "revoked", "unknown", ""]

NOT_REQUESTED: Final = 0
NO_RESPONSE: Final = 1
NOT_VERIFIED: Final = 2
FAILED: Final = 3
VERIFIED: Final = 4
"""What `$tls_in_ocsp` and `$tls_out_ocsp` say."""

_PEM: Final = re.compile(rb"-----BEGIN OCSP RESPONSE-----(.*?)-----END OCSP RESPONSE-----", re.DOTALL)
SKEW: Final = 300
"""Seconds that a proof may come from the future, or be late."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a client would make of a proof: `result` as in `$tls_out_ocsp`, `reason` why it is not good.

    `status` is what the proof says of the certificate, empty where nothing can be read. Times are seconds since the epoch, None
    where the proof has none. `signer` is a distinguished name, empty where nobody was found.
    """

    result: int
    status: Status = ""
    reason: str = ""
    this_update: float | None = None
    next_update: float | None = None
    signer: str = ""
    served: bool = True
    """Exim with OpenSSL hands the proof out; it keeps back what is no proof, or has expired."""

    def __str__(self) -> str:
        words = [self.status or "no status", *([self.reason] if self.reason else [])]
        words += [f"signed by {self.signer}"] if self.signer else []
        if self.next_update is not None:
            words.append(f"until {datetime.fromtimestamp(self.next_update, UTC):%Y-%m-%dT%H:%M:%SZ}")
        return f"{', '.join(words)} ({'sent' if self.served else 'not sent'}, $tls_out_ocsp {self.result})"


def check_proof(data: bytes, chain: Sequence[x509.Certificate], at: float, *, pem: bool = False) -> Proof:
    """Checks a proof in DER form (or PEM, with `pem`) for the first certificate of `chain`, at a time.

    The chain goes from the server's certificate to that of its issuer, and on. Without the issuer nothing can be verified.
    Data that is no proof is a Proof with a reason: nothing is raised.
    """
    from cryptography.x509 import ocsp

    try:
        response = ocsp.load_der_ocsp_response(_from_pem(data) if pem else data)
    except ValueError as error:
        return Proof(FAILED, reason=f"it is no OCSP response: {error}", served=False)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        word = response.response_status.name.lower().replace("_", " ")
        return Proof(FAILED, reason=f"the responder said: {word}", served=False)
    try:
        return _judged(response, chain, at)
    except (ValueError, TypeError) as error:
        return Proof(FAILED, reason=f"it cannot be read: {error}", served=False)
    except Exception as error:
        # the library has errors of its own for algorithms and structures that it does not know
        if type(error).__module__.startswith("cryptography"):
            return Proof(FAILED, reason=f"it cannot be read: {error}", served=False)
        raise


def _from_pem(data: bytes) -> bytes:
    found = _PEM.search(data)
    if found is None:
        raise ValueError("there is no OCSP RESPONSE in PEM form")
    try:
        return base64.b64decode(b"".join(found[1].split()), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _judged(response: ocsp.OCSPResponse, chain: Sequence[x509.Certificate], at: float) -> Proof:
    issuer = next((one for one in chain[1:] if one.subject == chain[0].issuer), None) if chain else None
    if not chain:
        return Proof(NOT_VERIFIED, reason="there is no certificate that it could be for")
    single = next((one for one in response.responses if one.serial_number == chain[0].serial_number), None)
    if single is None:
        return Proof(FAILED, reason="it is for another certificate")
    status: Status = single.certificate_status.name.lower()  # type: ignore[assignment]  # the three words of RFC 6960
    began = single.this_update_utc.timestamp()
    ends = single.next_update_utc.timestamp() if single.next_update_utc is not None else None

    def verdict(result: int, reason: str, signer: str = "", *, served: bool = True) -> Proof:
        return Proof(result, status, reason, began, ends, signer, served)

    if ends is None:
        return verdict(FAILED, "it has no next update", served=False)
    if at > ends + SKEW:
        return verdict(FAILED, "it has expired", served=False)
    if at < began - SKEW:
        return verdict(FAILED, "it is not valid yet", served=False)
    if issuer is None:
        return verdict(NOT_VERIFIED, "the certificate of the issuer is not in the chain")
    if not _names_issuer(single, issuer):
        return verdict(FAILED, "it is of another issuer")
    signer, trouble = _signer(response, issuer, at)
    if signer is None or trouble:
        return verdict(FAILED, trouble)
    name = signer.subject.rfc4514_string()
    if status != "good":
        return verdict(FAILED, "the certificate is not known" if status == "unknown" else "the certificate was revoked", name)
    return verdict(VERIFIED, "", name)


def _names_issuer(single: ocsp.OCSPSingleResponse, issuer: x509.Certificate) -> bool:
    from cryptography.hazmat.primitives.hashes import Hash

    digest = Hash(single.hash_algorithm)
    digest.update(issuer.subject.public_bytes())
    return digest.finalize() == single.issuer_name_hash


def _signer(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, at: float
) -> tuple[x509.Certificate | None, str]:
    """The certificate whose key made the signature, and what is wrong with it."""
    if _signed(response, issuer):
        return issuer, ""
    for delegate in response.certificates:
        if _signed(response, delegate):
            return delegate, _delegation(delegate, issuer, at)
    if not response.certificates:
        return None, "it was not signed by the issuer, and brings no certificate of another signer"
    return None, "the signature is wrong"


def _delegation(delegate: x509.Certificate, issuer: x509.Certificate, at: float) -> str:
    """What forbids a certificate to sign for the issuer; empty when nothing does."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        delegate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return "the certificate of its signer was not made by the issuer"
    try:
        usage = delegate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "its signer may not sign for the issuer"
    if x509.oid.ExtendedKeyUsageOID.OCSP_SIGNING not in usage:
        return "its signer may not sign for the issuer"
    if not delegate.not_valid_before_utc.timestamp() <= at <= delegate.not_valid_after_utc.timestamp():
        return "the certificate of its signer has expired"
    return ""


def _signed(response: ocsp.OCSPResponse, certificate: x509.Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa

    key, algorithm = certificate.public_key(), response.signature_hash_algorithm
    signature, content = response.signature, response.tbs_response_bytes
    try:
        match key:
            case rsa.RSAPublicKey() if algorithm is not None:
                key.verify(signature, content, padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() if algorithm is not None:
                key.verify(signature, content, ec.ECDSA(algorithm))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, content)
            case _:
                return False
    except InvalidSignature:
        return False
    return True
