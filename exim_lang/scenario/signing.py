"""Signs messages of scenario files with a test key, and publishes the key in the zone data (RFC 6376, RFC 8463, RFC 4870)."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Any

from exim_lang.domainkeys.sign import signature_line
from exim_lang.errors import UsageError
from exim_lang.expand.headers import split_headers
from exim_lang.scenario.schema import DkimSign


def signed(message: bytes, sign: DkimSign) -> bytes:
    """The message with a DKIM-Signature: line in front, its lines ending with CRLF.

    Raises UsageError for a message that cannot be signed.
    A key for ed25519 follows from domain and selector; one for RSA lasts as long as the process.
    """
    import dkim  # slow to load

    text = re.sub(rb"\r?\n", b"\r\n", message)
    text = text if text.endswith(b"\r\n") else text + b"\r\n"
    if sign.algorithm == "domainkeys":
        return _changed(_domainkeys(text, sign) + text, sign)
    key = _ed25519_seed(sign) if sign.algorithm == "ed25519-sha256" else _rsa_key()[0]
    try:
        line: bytes = dkim.sign(
            text,
            sign.selector.encode(),
            sign.domain.encode(),
            key,
            signature_algorithm=sign.algorithm.encode(),
            canonicalize=(b"relaxed", b"relaxed"),
        )
    except dkim.DKIMException as error:
        raise UsageError(f"dkim_sign: {error}") from error
    return _changed(line + text, sign)


def _changed(message: bytes, sign: DkimSign) -> bytes:
    return message.removesuffix(b"\r\n") + b" (changed on the way)\r\n" if sign.broken else message


def _domainkeys(message: bytes, sign: DkimSign) -> bytes:
    """The DomainKey-Signature: line for a message, both with CRLF."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    headers, body = split_headers(message)
    key = load_pem_private_key(_rsa_key()[0], None)
    texts = [header.text for header in headers]
    line = signature_line(key, "nofws", sign.domain.encode(), sign.selector.encode(), texts, body)
    return line.replace(b"\n", b"\r\n")


def published(sign: DkimSign) -> dict[str, list[Any]]:
    """The zone data with the public key."""
    if sign.algorithm == "ed25519-sha256":
        from nacl.signing import SigningKey

        public = SigningKey(base64.b64decode(_ed25519_seed(sign))).verify_key.encode()
        record = f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
    else:
        record = f"v=DKIM1; k=rsa; p={_rsa_key()[1]}"
    pieces = [record[start : start + 255] for start in range(0, len(record), 255)]
    return {f"{sign.selector}._domainkey.{sign.domain}": [{"TXT": pieces}]}


def _ed25519_seed(sign: DkimSign) -> bytes:
    return base64.b64encode(hashlib.sha256(f"test key {sign.selector}._domainkey.{sign.domain}".encode()).digest())


@cache
def _rsa_key() -> tuple[bytes, str]:
    """A private key as PEM, and its public key in base64."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(public).decode()
