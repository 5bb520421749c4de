"""The spa authenticator as a server: NTLM, version 1 (specification chapter 40)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from exim_lang.smtp.md4 import md4
from exim_lang.smtp.proof import AuthFailed, Plain, Proof, check_condition, decode, expanded, set_values
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver

_SIGNATURE: Final = b"NTLMSSP\0"
_CHALLENGE: Final = struct.Struct("<8sIHHII8s8s8s")
_FLAGS: Final = 0x8201
_NT_RESPONSE: Final = 20
_USER: Final = 36
"""Where the descriptions of the response and of the user stand in the client's last message: length, room, offset."""


def spa(driver: Driver, scope: Scope, data: bytes) -> Proof:
    """The client asks, is given a challenge, and answers with what server_password for the user in `$auth1` makes of it."""
    if not data:
        yield Plain(b"NTLM supported")  # whatever the client says then, as Exim does
    challenge = scope.world.random_bytes(8)
    line = yield _CHALLENGE.pack(_SIGNATURE, 2, 0, 0, 0x2800, _FLAGS, challenge, bytes(8), bytes(8))
    try:
        message = decode(line)
        user = _field(message, _USER).decode("utf-16-le", "replace").encode("latin-1", "replace")
        response = _field(message, _NT_RESPONSE)
    except (AuthFailed, struct.error):
        raise AuthFailed("fail") from None
    set_values(scope, (taint(user),))
    password = expanded(driver, "server_password", scope)
    import hmac  # OpenSSL takes long to load

    if password is None or not hmac.compare_digest(nt_response(bytes(password), challenge), response):
        raise AuthFailed("fail")
    check_condition(driver, scope)


def _field(message: bytes, at: int) -> bytes:
    length, _, offset = struct.unpack_from("<HHI", message, at)
    return message[offset : offset + length]


def nt_response(password: bytes, challenge: bytes) -> bytes:
    """What a client that knows the password answers, 24 bytes."""
    digest = md4(password.decode("latin-1").encode("utf-16-le")) + bytes(5)
    return b"".join(_des(digest[at : at + 7], challenge) for at in (0, 7, 14))


def _des(half: bytes, block: bytes) -> bytes:
    """DES with a key of 56 bits."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES  # only where a client uses this
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    bits = int.from_bytes(half, "big")
    key = bytes((bits >> shift & 0x7F) << 1 for shift in range(49, -1, -7))
    encryptor = Cipher(TripleDES(key * 3), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()
