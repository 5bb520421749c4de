"""Cryptographic hashes of strings, and fingerprints of certificates (specification section 11.6)."""

from __future__ import annotations

import hashlib
from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.certificate import Certificate
from exim_lang.expand.registry import operator

_SHA2: Final = {"256": "sha256", "384": "sha384", "512": "sha512"}
_SHA3: Final = {"224": "sha3_224", "256": "sha3_256", "384": "sha3_384", "512": "sha3_512"}


def fingerprint(algorithm: str, value: bytes) -> str:
    """The hash in lower case hexadecimal; of the DER form where the value is a certificate variable."""
    data = value.der if isinstance(value, Certificate) else value
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


@operator("md5", taint="clears")
def md5(value: bytes) -> bytes:
    """32 digits in lower case, in upper case for a certificate."""
    digits = fingerprint("md5", value)
    return (digits.upper() if isinstance(value, Certificate) else digits).encode("ascii")


@operator("sha1", taint="clears")
def sha1(value: bytes) -> bytes:
    return fingerprint("sha1", value).upper().encode("ascii")


@operator("sha256", "sha2", argument=True, taint="clears")
def sha2(value: bytes, argument: str | None) -> bytes:
    """`sha2_384` and so on choose the number of bits; `sha256` is `sha2`."""
    return _sized(value, argument, _SHA2, "sha2")


@operator("sha3", argument=True, taint="clears")
def sha3(value: bytes, argument: str | None) -> bytes:
    return _sized(value, argument, _SHA3, "sha3")


def _sized(value: bytes, argument: str | None, sizes: dict[str, str], family: str) -> bytes:
    algorithm = sizes.get("256" if argument is None else argument)
    if algorithm is None:
        raise ExpansionError(f"unrecognised {family} variant")
    return fingerprint(algorithm, value).upper().encode("ascii")
