"""The proofs that the server staples to its handshakes: `tls_ocsp_file` (specification section 43.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.ocsp import NO_RESPONSE, NOT_VERIFIED, VERIFIED, Proof, check_proof
from exim_lang.expand.state import Report
from exim_lang.expand.string_list import split_list

if TYPE_CHECKING:
    from cryptography import x509

    from exim_lang.expand.scope import Scope
    from exim_lang.smtp.session import Session

LISTS_SINCE = (4, 91)
"""From this version on `tls_ocsp_file` is a list with prefixes for the form; that is newer with OpenSSL by two versions."""


def staple(session: Session) -> int:
    """What a client gets that asks for a proof, as `$tls_in_ocsp` says it; what it would make of it is reported."""
    scope = session.scope
    if scope.config.fact("tls_ocsp_file") is None or scope.config.text("tls_ocsp_file") is None:
        return NO_RESPONSE
    try:
        files = _files(scope, "tls_ocsp_file")
        certificates = _files(scope, "tls_certificate")
    except ExpansionError as error:
        session.log("main", "panic", line=f"failed to expand tls_ocsp_file: {error.message}")
        return NO_RESPONSE
    sent, pem = False, False
    lists = scope.config.dialect.version >= LISTS_SINCE
    for at, item in enumerate(files):
        name = item
        if lists and item[:4] in (b"DER ", b"PEM "):
            name, pem = item[4:].lstrip(), item.startswith(b"PEM")
        proof = _checked(scope, name, certificates[at] if at < len(certificates) else b"", pem)
        scope.reports.append(Report("ocsp", name, str(proof).encode()))
        sent = sent or proof.served or not scope.config.dialect.build.has("openssl")
    if not sent:
        return NO_RESPONSE
    return VERIFIED if scope.config.dialect.build.has("openssl") else NOT_VERIFIED


def _files(scope: Scope, option: str) -> list[bytes]:
    """The names of the files; raises ExpansionError."""
    text = scope.config.text(option)
    value = b"" if text is None else scope.expand(text)
    if scope.config.dialect.version < LISTS_SINCE:
        return [value] if value else []
    return [item for item in split_list(value) if item]


def _checked(scope: Scope, name: bytes, certificate: bytes, pem: bool) -> Proof:
    try:
        data = scope.world.read_file(name)
    except OSError as error:
        return Proof(NO_RESPONSE, reason=f"the file cannot be read: {error.strerror}", served=False)
    return check_proof(data, _chain(scope, certificate), scope.world.now(), pem=pem)


def _chain(scope: Scope, name: bytes) -> list[x509.Certificate]:
    """The certificates in a file; none where there is none."""
    from cryptography import x509

    if not name:
        return []
    try:
        return x509.load_pem_x509_certificates(scope.world.read_file(name))
    except (OSError, ValueError):
        return []
