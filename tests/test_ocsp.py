"""Proofs of certificates' status: made here, stapled by a session, and damaged."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from exim_lang.expand.ocsp import FAILED, NOT_VERIFIED, VERIFIED, check_proof
from exim_lang.expand.state import Report, Tls
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from exim_lang.route.scope import routed_scope
from exim_lang.smtp.session import Session
from exim_lang.world.world import World

NOW = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Party:
    """A key and its certificate."""

    def __init__(
        self, name: str, issuer: Party | None = None, *, signs_ocsp: bool = False, until: timedelta = 30 * DAY
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = x509.CertificateBuilder(
            issuer.certificate.subject if issuer else subject,
            subject,
            self.key.public_key(),
            x509.random_serial_number(),
            NOW - 90 * DAY,
            NOW + until,
        )
        if signs_ocsp:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        self.certificate: x509.Certificate = builder.sign((issuer or self).key, SHA256())


CA = Party("CA")
OTHER_CA = Party("CA")
SERVER = Party("mx.here.example", CA)
RESPONDER = Party("responder", CA, signs_ocsp=True)
OLD_RESPONDER = Party("old responder", CA, signs_ocsp=True, until=-DAY)
STRANGER = Party("stranger", CA)
CHAIN = [SERVER.certificate, CA.certificate]


def proof(
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    *,
    signer: Party = CA,
    brings: Party | None = None,
    of: Party = SERVER,
    began: timedelta = -DAY,
    until: timedelta | None = DAY,
) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        of.certificate, CA.certificate, SHA1(), status, NOW + began, None if until is None else NOW + until,
        NOW - 2 * DAY if revoked else None, x509.ReasonFlags.key_compromise if revoked else None,
    )  # fmt: skip
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    if brings is not None:
        builder = builder.certificates([brings.certificate])
    return builder.sign(signer.key, SHA256()).public_bytes(Encoding.DER)


NO_SIGNER = "it was not signed by the issuer, and brings no certificate of another signer"
CASES = {
    "good": (proof(), VERIFIED, ""),
    "revoked": (proof(ocsp.OCSPCertStatus.REVOKED), FAILED, "the certificate was revoked"),
    "unknown": (proof(ocsp.OCSPCertStatus.UNKNOWN), FAILED, "the certificate is not known"),
    "expired": (proof(began=-9 * DAY, until=-DAY), FAILED, "it has expired"),
    "too early": (proof(began=DAY, until=2 * DAY), FAILED, "it is not valid yet"),
    "for ever": (proof(until=None), FAILED, "it has no next update"),
    "wrong signer": (proof(signer=OTHER_CA), FAILED, NO_SIGNER),
    "wrong signature": (proof(signer=OTHER_CA, brings=RESPONDER), FAILED, "the signature is wrong"),
    "delegated": (proof(signer=RESPONDER, brings=RESPONDER), VERIFIED, ""),
    "delegate has expired": (
        proof(signer=OLD_RESPONDER, brings=OLD_RESPONDER), FAILED, "the certificate of its signer has expired"
    ),
    "delegate of nobody": (proof(signer=STRANGER, brings=STRANGER), FAILED, "its signer may not sign for the issuer"),
    "delegate of others": (
        proof(signer=OTHER_CA, brings=OTHER_CA), FAILED, "the certificate of its signer was not made by the issuer"
    ),
    "missing intermediate": (proof(signer=RESPONDER), FAILED, NO_SIGNER),
    "another certificate": (proof(of=STRANGER), FAILED, "it is for another certificate"),
    "try later": (
        ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(Encoding.DER),
        FAILED,
        "the responder said: try later",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_proofs(name: str) -> None:
    data, result, reason = CASES[name]
    checked = check_proof(data, CHAIN, NOW.timestamp())
    assert (checked.result, checked.reason) == (result, reason)
    assert str(checked).endswith(f"$tls_out_ocsp {result})")


def test_without_the_issuer() -> None:
    checked = check_proof(proof(), CHAIN[:1], NOW.timestamp())
    assert (checked.result, checked.status, checked.served) == (NOT_VERIFIED, "good", True)


def test_no_proof() -> None:
    for data in (b"", b"hello", SERVER.certificate.public_bytes(Encoding.DER)):
        checked = check_proof(data, CHAIN, NOW.timestamp())
        assert checked.result == FAILED
        assert not checked.served
    assert check_proof(b"-----", CHAIN, 0, pem=True).reason.startswith("it is no OCSP response")


def test_session(tmp_path: Path) -> None:
    """The option is expanded for each connection; PEM and DER, one after the other."""
    import base64

    (tmp_path / "exim.conf").write_text(
        f"tls_advertise_hosts = *\ntls_certificate = {tmp_path}/chain.pem\n"
        "tls_ocsp_file = ${if eq{$sender_host_address}{192.0.2.1}"
        f"{{{tmp_path}/good.der}}{{PEM {tmp_path}/revoked.pem}}}}\n"
    )
    (tmp_path / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in CHAIN))
    (tmp_path / "good.der").write_bytes(proof())
    text = base64.encodebytes(proof(ocsp.OCSPCertStatus.REVOKED)).decode()
    (tmp_path / "revoked.pem").write_text(f"-----BEGIN OCSP RESPONSE-----\n{text}-----END OCSP RESPONSE-----\n")
    seen = []
    for address in (b"192.0.2.1", b"192.0.2.2"):
        scope = routed_scope(load_config(str(tmp_path / "exim.conf"), dialect=dialect_for()), World(now=NOW.timestamp()))
        scope.connection.host_address = address
        scope.connection.host_name_looked_up = True
        session = Session(scope, tls=Tls(active=True, cipher=b"x"))
        session.greet()
        session.receive(b"EHLO x\r\n")
        assert session.receive(b"STARTTLS\r\n").startswith(b"220")
        assert scope.expand("$tls_in_ocsp") == b"4"
        seen += [event.text.decode() for event in session.events if isinstance(event, Report) and event.kind == "ocsp"]
    assert seen == [
        "good, signed by CN=CA, until 2025-01-02T12:00:00Z (sent, $tls_out_ocsp 4)",
        "revoked, the certificate was revoked, signed by CN=CA, until 2025-01-02T12:00:00Z (sent, $tls_out_ocsp 3)",
    ]


def test_mutated_proofs() -> None:
    """Whatever stands in the file: an answer that says what is wrong, at once; never a good one for what was changed."""
    some = random.Random(10)
    start = time.perf_counter()
    originals = [data for data, _, _ in CASES.values()]
    good = 0
    for _ in range(10_000):
        data = bytearray(some.choice(originals))
        for _ in range(some.randrange(1, 4)):
            at = some.randrange(len(data))
            match some.randrange(3):
                case 0:
                    data[at] ^= 1 << some.randrange(8)
                case 1:
                    del data[at : at + some.randrange(1, 9)]
                    data += b"\0"
                case _:
                    data[at:at] = some.randbytes(some.randrange(1, 5))
        checked = check_proof(bytes(data), CHAIN, NOW.timestamp())
        assert checked.result == VERIFIED or checked.reason
        good += checked.result == VERIFIED
    assert good < 50, "some changes do not matter: to certificates that nobody looks at, and who the responder says it is"
    assert time.perf_counter() - start < 15
