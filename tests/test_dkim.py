"""DKIM: messages signed here with dkimpy, verified by the session against keys in a zone (specification section 58.3)."""

from __future__ import annotations

import base64
from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from exim_lang.acl.scope import new_scope
from exim_lang.model.load import config_from_text
from exim_lang.smtp.session import Session
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.opening import open_world
from exim_lang.world.world import World

MESSAGE = b"From: joe@example.test\r\nTo: ann@example.org\r\nSubject: DKIM\r\n\r\nHello,\r\n  world.\r\n"
CONFIG = """
primary_hostname = mail.example
host_lookup =
log_selector = +dkim_verbose
acl_smtp_rcpt = accept
acl_smtp_dkim = seen
acl_smtp_data = data
dkim_verify_signers = $dkim_signers : other.example
begin acl
seen:
  deny dkim_signers = other.example
       dkim_status = !none
  accept logwrite = $dkim_cur_signer/$dkim_selector/$dkim_algo/$dkim_key_length/$dkim_verify_status/$dkim_verify_reason
data:
  accept logwrite = ${authresults{x}}
         dkim_status = pass
  deny message = all of them: $dkim_verify_status
"""


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def public(key: rsa.RSAPrivateKey) -> bytes:
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der)


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)
ED = ed25519.Ed25519PrivateKey.generate()
ED_SECRET = base64.b64encode(
    ED.private_bytes(serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption())
)
ED_PUBLIC = base64.b64encode(ED.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))
KEYS = {
    "rsa": b"v=DKIM1; n=a note; p=" + public(RSA),
    "short": b"v=DKIM1; p=" + public(SHORT),
    "ed": b"v=DKIM1; k=ed25519; p=" + ED_PUBLIC,
    "broken": b"v=DKIM1; p=AAAA",
}


NAMES: dict[str, Json] = {f"{name}._domainkey.example.test TXT": [text.decode()] for name, text in KEYS.items()}
NAMES |= {"gone._domainkey.example.test TXT": "nomatch", "later._domainkey.example.test TXT": "again"}


class AnyKey(Fixtures):
    """Names that nobody thought of do not exist."""

    def knows(self, kind: str, call: bytes) -> bool:
        return kind == "dns" or super().knows(kind, call)

    def get(self, kind: str, call: bytes) -> Json:
        return super().get(kind, call) if super().knows(kind, call) else "nomatch"


def world() -> World:
    made = open_world()
    made.fixtures = AnyKey({"dns": NAMES})
    return made


def signed(selector: str = "rsa", *, key: bytes = b"", algorithm: bytes = b"rsa-sha256", **more: object) -> bytes:
    message = MESSAGE
    secret = key or pem(RSA)
    names = [b"from", b"subject"]
    header: bytes = dkim.sign(
        message, selector.encode(), b"example.test", secret, include_headers=names, signature_algorithm=algorithm, **more
    )
    return header + message


def talk(message: bytes, config: str = CONFIG) -> tuple[list[str], list[str]]:
    """The replies and the log lines of a session with one message."""
    scope = new_scope(config_from_text(config), world())
    scope.connection.host_address = b"192.0.2.1"
    session = Session(scope)
    replies = session.greet()
    for part in (b"EHLO me.example\r\n", b"MAIL FROM:<joe@example.test>\r\n", b"RCPT TO:<ann@example.org>\r\n", b"DATA\r\n"):
        replies += session.receive(part)
    replies = session.receive(message + b".\r\nQUIT\r\n")
    return replies.decode().splitlines(), [line for log, line in scope.log if log == "main"]


def status_of(log: list[str]) -> str:
    return next(line for line in log if "example.test/" in line).rpartition(" ")[2]


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "good": (signed, "example.test/rsa/rsa-sha256/2048/pass/"),
    "relaxed": (lambda: signed(canonicalize=(b"relaxed", b"relaxed")), "example.test/rsa/rsa-sha256/2048/pass/"),
    "ed25519": (
        lambda: signed("ed", key=ED_SECRET, algorithm=b"ed25519-sha256"),
        "example.test/ed/ed25519-sha256/256/pass/",
    ),
    "1024 bits are enough": (lambda: signed("short", key=pem(SHORT)), "example.test/short/rsa-sha256/1024/pass/"),
    "another body": (
        lambda: signed().replace(b"world", b"World"),
        "example.test/rsa/rsa-sha256/0/fail/bodyhash_mismatch",
    ),
    "more body": (lambda: signed() + b"more\r\n", "example.test/rsa/rsa-sha256/0/fail/bodyhash_mismatch"),
    "more body than l= says": (lambda: signed(length=True) + b"more\r\n", "example.test/rsa/rsa-sha256/2048/pass/"),
    "another subject": (
        lambda: signed().replace(b"Subject: DKIM", b"Subject: Dkim"),
        "example.test/rsa/rsa-sha256/2048/fail/signature_incorrect",
    ),
    "another key": (
        lambda: signed("short"),
        "example.test/short/rsa-sha256/1024/fail/signature_incorrect",
    ),
    "no key": (lambda: signed("gone"), "example.test/gone/rsa-sha256/0/invalid/pubkey_unavailable"),
    "no answer": (lambda: signed("later"), "example.test/later/rsa-sha256/0/invalid/pubkey_unavailable"),
    "a broken key": (lambda: signed("broken"), "example.test/broken/rsa-sha256/0/invalid/pubkey_der_syntax"),
    "another version": (
        lambda: signed().replace(b"v=1;", b"v=2;"),
        "example.test/rsa/rsa-sha256/0/invalid/",
    ),
    "a second signature below": (
        lambda: signed().replace(
            b"\r\nFrom:", b"\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.test; s=gone; h=from; b=x\r\nFrom:"
        ),
        "example.test/rsa/rsa-sha256/2048/pass/",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_status(name: str) -> None:
    make, expected = CASES[name]
    replies, log = talk(make())
    assert status_of(log) == expected
    assert any("other.example/" in line and line.endswith("/none/") for line in log)
    good = "/pass/" in expected
    assert replies[0].startswith("250 OK" if good else "550 all of them: ")


def test_a_key_that_is_too_short() -> None:
    config = CONFIG.replace("log_selector", "dkim_verify_min_keysizes = rsa=2048\nlog_selector")
    _, log = talk(signed("short", key=pem(SHORT)), config)
    assert status_of(log).endswith("/1024/fail/pubkey_too_short")
    assert any("public key too short: 1024 bits" in line for line in log)


def test_algorithms_that_do_not_count() -> None:
    config = CONFIG.replace("log_selector", "dkim_verify_hashes = sha512\nlog_selector")
    replies, log = talk(signed(), config)
    assert not any("example.test/" in line for line in log)
    assert replies[0] == "550 all of them: none"


def test_the_acl_can_change_the_status() -> None:
    last = "  accept logwrite = $dkim_cur"
    config = CONFIG.replace(last, f"  warn set dkim_verify_status = fail\n{last}")
    replies, log = talk(signed(), config)
    assert status_of(log).endswith("/2048/fail/")
    assert replies[0].startswith("550 all of them: fail:fail")


def test_the_acl_can_refuse() -> None:
    first = "  deny dkim_signers = other.example\n       dkim_status = !none"
    config = CONFIG.replace(first, "  deny dkim_status = pass\n       message = no")
    replies, log = talk(signed(), config)
    assert replies[0] == "550 no"
    assert any("rejected DKIM : no" in line for line in log)


def test_verification_can_be_switched_off() -> None:
    config = CONFIG.replace("acl_smtp_rcpt = accept", "acl_smtp_rcpt = accept control = dkim_disable_verify")
    _, log = talk(signed(), config)
    assert not any("dkim=" in line or "/pass/" in line for line in log)


@pytest.mark.parametrize("seed", range(60))
def test_mangled_signatures_have_a_word(seed: int) -> None:
    """Whatever the header line says, there is a status, never an exception."""
    import random

    chance = random.Random(seed)
    header, _, rest = signed().partition(b"\r\nFrom:")
    mangled = bytearray(header)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(b"DKIM-Signature: "), len(mangled))
        mangled[at : at + chance.randint(0, 3)] = bytes(chance.choices(b"=;:, abAB01/\t\xff\\", k=chance.randint(0, 3)))
    replies, _ = talk(bytes(mangled).replace(b"\r\n\r\n", b"\r\n ") + b"\r\nFrom:" + rest)
    assert replies[0][:3] in ("250", "550")
