"""Public keys as domains publish them for DKIM, read as leniently as Exim reads them (RFC 6376 section 3.6, RFC 8463)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    PublicKey: TypeAlias = RSAPublicKey | Ed25519PublicKey

_SPACE: Final = re.compile(rb"[ \t\r\n]+")


def candidate(records: Iterable[bytes]) -> bytes | None:
    """The TXT record that Exim takes for the key: the first that does not say that it is something else than DKIM."""
    for record in records:
        if record[:2].lower() != b"v=" or record[:6].lower() == b"v=dkim":
            return record
    return None


def read_record(record: bytes) -> dict[bytes, bytes] | None:
    """The tags of a key record, their values without white space around them; None for one that cannot be meant.

    That is one of another version, one without a key, or one for another service than mail.
    """
    found: dict[bytes, bytes] = {}
    for part in record.replace(b"\\;", b";").split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            found[name.strip()] = value.strip()
    if found.get(b"v", b"DKIM1") != b"DKIM1" or b"p" not in found:
        return None
    services = [service.strip() for service in found.get(b"s", b"*").split(b":")]
    return found if b"*" in services or b"email" in services else None


def import_key(kind: bytes, text: bytes) -> PublicKey | None:
    """The key in the tag `p` for signatures of a kind, `rsa` or `ed25519`; None where that is not what stands there.

    A key for Ed25519 may stand there bare, as RFC 8463 has it, or in DER like those for RSA.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # slow to load, here and below
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        data = base64.b64decode(_SPACE.sub(b"", text), validate=True)
        if kind == b"ed25519" and len(data) == 32:
            return Ed25519PublicKey.from_public_bytes(data)
        if not data.startswith(b"\x30"):
            return None
        key = load_der_public_key(data)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    # the bytes of PKCS #1, which RFC 6376 also allows, are not what Exim's libraries read
    wanted = Ed25519PublicKey if kind == b"ed25519" else RSAPublicKey
    return key if isinstance(key, wanted) and b"\x06" in data[:8] else None


def bits_of(key: PublicKey) -> int:
    """The length of a key as `$dkim_key_length` says it."""
    return int(getattr(key, "key_size", 256))


def fits(key: PublicKey, digest: str, signature: bytes, text: bytes) -> bool:
    """Whether the signature is of that text by that key; `digest` is "sha1", "sha256" or "sha512"."""
    import hashlib

    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # slow to load
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        if isinstance(key, RSAPublicKey):
            key.verify(signature, text, padding.PKCS1v15(), getattr(hashes, digest.upper())())
        else:
            key.verify(signature, hashlib.new(digest, text).digest())
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
