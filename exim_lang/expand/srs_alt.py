"""Sender rewriting as experimental Exim up to 4.95 had it from libsrs_alt: SRS0 and SRS1 addresses.

    SRS0=hash=stamp=domain=local_part@alias         a sender that was forwarded once
    SRS1=hash=first==hash=stamp=domain=local_part@alias     by a second forwarder, for the first one's address

The hash is the start of the base64 form of an HMAC with SHA-1, the stamp a day in base 32, modulo 1024. With a database a key
stands in the place of domain and local part. Values are bytes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final, Literal, TypeAlias

from exim_lang.errors import EximLangError
from exim_lang.records import dataclass

Fault: TypeAlias = Literal["not srs", "hash", "short hash", "stamp", "expired"]

_DIGITS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_DAY: Final = 86400
_FORM: Final = re.compile(rb"SRS([01])[=+-](.*)@[^@]*", re.IGNORECASE | re.DOTALL)
LONGEST_HASH: Final = 28

WORDS: Final[dict[str, str]] = {
    "not srs": "not an SRS address",
    "hash": "the hash is wrong",
    "short hash": "the hash is too short",
    "stamp": "the timestamp is wrong",
    "expired": "the timestamp has expired",
}


class SrsError(EximLangError):
    """An address that cannot be taken back; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(WORDS[fault])
        self.fault = fault


@dataclass(frozen=True, slots=True)
class SrsSettings:
    """How addresses are written and checked. The first secret writes, all of them check; `max_age` is in days."""

    secrets: tuple[bytes, ...]
    max_age: int = 31
    hash_length: int = 6
    hash_min: int = 6
    use_hash: bool = True
    use_timestamp: bool = True


@dataclass(frozen=True, slots=True)
class Reversed:
    """What an SRS address stands for: an address, or the key of one in a database."""

    address: bytes = b""
    key: bytes = b""


def srs_forward(settings: SrsSettings, sender: bytes, alias: bytes, now: float, key: bytes = b"") -> bytes:
    """The sender as an address at `alias`, whose bounces can be taken back; `key` stands for it in a database."""
    local_part, _, domain = sender.rpartition(b"@")
    found = _FORM.fullmatch(sender) if not key else None
    if found is not None and found[1] == b"0":
        # the first forwarder takes its own address back: only its host is remembered
        content = domain + b"==" + found[2]
        return b"SRS1=" + _hashed(settings, content) + content + b"@" + alias
    if found is not None:
        content = _without_hash(settings, found[2])[1]
        return b"SRS1=" + _hashed(settings, content) + content + b"@" + alias
    content = _stamp(now) + b"=" if settings.use_timestamp else b""
    content += key or domain + b"=" + local_part
    return b"SRS0=" + _hashed(settings, content) + content + b"@" + alias


def srs_reverse(settings: SrsSettings, address: bytes, now: float, *, database: bool = False) -> Reversed:
    """What an address stands for; raises SrsError for what is no SRS address, was tampered with, or is too old."""
    found = _FORM.fullmatch(address)
    if found is None:
        raise SrsError("not srs")
    given, content = _without_hash(settings, found[2])
    if settings.use_hash:
        _check_hash(settings, given, content)
    if found[1] == b"1":
        host, twice, rest = content.partition(b"==")
        if not twice or not host:
            raise SrsError("not srs")
        return Reversed(b"SRS0=" + rest + b"@" + host)
    if settings.use_timestamp:
        stamp, equals, content = content.partition(b"=")
        if not equals:
            raise SrsError("not srs")
        _check_age(settings, stamp, now)
    if database:
        return Reversed(key=content)
    domain, equals, local_part = content.partition(b"=")
    if not (equals and domain and local_part):
        raise SrsError("not srs")
    return Reversed(local_part + b"@" + domain)


def _without_hash(settings: SrsSettings, content: bytes) -> tuple[bytes, bytes]:
    if not settings.use_hash:
        return b"", content
    given, equals, rest = content.partition(b"=")
    if not equals:
        raise SrsError("not srs")
    return given, rest


def _hashed(settings: SrsSettings, content: bytes) -> bytes:
    return _hash(settings.secrets[0], content)[: settings.hash_length] + b"=" if settings.use_hash else b""


def _hash(secret: bytes, content: bytes) -> bytes:
    import hmac  # few messages need it

    # a base64 digit that means something in addresses would be in the way
    return b64encode(hmac.new(secret, content.lower(), "sha1").digest(), b"._")[: LONGEST_HASH - 1]


def _check_hash(settings: SrsSettings, given: bytes, content: bytes) -> None:
    """Letters may have lost their case on the way."""
    if len(given) < settings.hash_min:
        raise SrsError("short hash")
    import hmac

    if not any(hmac.compare_digest(_hash(one, content)[: len(given)].lower(), given.lower()) for one in settings.secrets):
        raise SrsError("hash")


def _stamp(now: float) -> bytes:
    high, low = divmod(int(now) // _DAY % 1024, 32)
    return bytes((_DIGITS[high], _DIGITS[low]))


def _check_age(settings: SrsSettings, stamp: bytes, now: float) -> None:
    digits = [_DIGITS.find(digit) for digit in stamp.upper()]
    if len(digits) != 2 or min(digits) < 0:
        raise SrsError("stamp")
    if (int(now) // _DAY - digits[0] * 32 - digits[1]) % 1024 > settings.max_age:
        raise SrsError("expired")
