"""One-way encrypted passwords: what crypt(3) and Exim's crypt16() make of them (specification chapter 11)."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from exim_lang.errors import EximLangError, ExpansionError

_BCRYPT: Final = (b"$2a$", b"$2b$", b"$2x$", b"$2y$")
_UNCHECKED: Final = (b"$y$", b"$gy$", b"$7$", b"$3$", b"$sha1", b"$md5")
_BCRYPT_LONGEST: Final = 72
_DES_BLOCK: Final = 8
_SALT_CHARACTERS: Final = frozenset(b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def encrypted_equal(secret: bytes, encrypted: bytes) -> bool:
    """Whether `encrypted`, which may start with `{md5}`, `{sha1}`, `{crypt}` or `{crypt16}`, is what `secret` gives.

    Raises ExpansionError for another word in braces, EximLangError for a method of crypt() that is not known here.
    """
    from hashlib import md5, sha1  # few strings need them

    mechanism, brace, rest = encrypted.partition(b"}")
    if not brace or not encrypted.startswith(b"{"):
        mechanism, rest = b"", encrypted
    match mechanism.lower():
        case b"{md5":
            return _digest_equal(md5(secret, usedforsecurity=False).digest(), rest)
        case b"{sha1":
            return _digest_equal(sha1(secret, usedforsecurity=False).digest(), rest)
        case b"{crypt16":
            return _crypt16_equal(secret, rest)
        case b"" if encrypted.startswith(b"{"):
            pass
        case b"" | b"{crypt":
            return _crypt_equal(secret, rest)
    raise ExpansionError(f'unknown encryption mechanism in "{encrypted.decode("latin-1")}"')


def _digest_equal(digest: bytes, printed: bytes) -> bool:
    """Compares in base 64, or in hexadecimal, whichever the length stands for."""
    if len(printed) == 2 * len(digest):
        return printed.lower() == digest.hex().encode()
    return printed == b64encode(digest)


def _crypt_equal(secret: bytes, encrypted: bytes) -> bool:
    if len(encrypted) < 2:
        return False  # too short for a salt: crypt() of an empty salt would be equal to it
    # C ends a string at the first NUL.
    secret = secret.partition(b"\0")[0]
    if encrypted.startswith(_BCRYPT):
        return _bcrypt_equal(secret, encrypted)
    from passlib import hash as methods

    method: Any
    match encrypted[:3]:
        case b"$1$":
            method = methods.md5_crypt
        case b"$5$":
            method = methods.sha256_crypt
        case b"$6$":
            method = methods.sha512_crypt
        case start if start[:1] == b"_":
            method = methods.bsdi_crypt
        case start if start[:1] == b"$":
            if not encrypted.startswith(_UNCHECKED):
                return False  # crypt() knows no such method
            name = b"$".join(encrypted.split(b"$")[:2]).decode("latin-1")
            raise EximLangError(f"passwords encrypted by the method {name}$ of crypt() cannot be checked here")
        case start:
            if not _SALT_CHARACTERS.issuperset(start[:2]):
                return False
            method = methods.des_crypt
    try:
        return bool(method.verify(secret, encrypted))
    except ValueError:
        return False  # malformed or cut short: crypt() gives something longer, or fails with EINVAL


def _bcrypt_equal(secret: bytes, encrypted: bytes) -> bool:
    import bcrypt

    try:
        return bcrypt.checkpw(secret[:_BCRYPT_LONGEST], encrypted)
    except ValueError:  # the salt is malformed: crypt() fails with EINVAL, which Exim takes for "no"
        return False


def _des(secret: bytes, salt: bytes) -> bytes:
    from passlib.hash import des_crypt

    return str(des_crypt.using(salt=salt.decode("ascii")).hash(secret.partition(b"\0")[0])).encode("ascii")


def _crypt16_equal(secret: bytes, encrypted: bytes) -> bool:
    """Up to 16 characters by two calls of crypt(): the second takes its salt from the result of the first."""
    if not _SALT_CHARACTERS.issuperset(encrypted[:2]) or len(encrypted) < 2:
        return False
    result = _des(secret, encrypted[:2])
    if len(secret) > _DES_BLOCK:
        result += _des(secret[_DES_BLOCK:], result[2:4])[2:]
    return result == encrypted
