"""For tests of signatures: keys, messages with awkward white space, and what Perl's Mail::DKIM says."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from exim_lang.acl.scope import new_scope
from exim_lang.expand.scope import Scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.opening import open_world

PERL = Path(__file__).with_name("mail_dkim.pl")


@cache
def rsa_key(bits: int = 1024) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """The private key as text."""
    forms = serialization.PrivateFormat
    form = forms.TraditionalOpenSSL if isinstance(key, rsa.RSAPrivateKey) else forms.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def public(key: rsa.RSAPrivateKey) -> str:
    """The public key as the tag `p` has it."""
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def awkward(seed: int) -> bytes:
    """A message whose lines end with newlines, with folded header lines, odd white space and empty lines."""
    chance = random.Random(seed)

    def space() -> str:
        return "".join(chance.choices([" ", "\t", "  ", "\n ", "\n\t", " \n  "], k=chance.randint(0, 2)))

    words = ["plain", "word", "=?utf-8?q?caf=C3=A9?=", "a;b", "x:y", '"quoted  text"', "(comment)", "."]
    lines = ['From: \t"A  B"   <joe@example.test>', "To: ann@example.org"]  # Mail::DKIM does not read a folded From: line
    for name in chance.sample(["Subject", "X-Long", "Received", "Received", "MIME-Version", "Cc", "x-CASE", "Empty"], k=5):
        value = "" if name == "Empty" else "".join(space() + chance.choice(words) for _ in range(chance.randint(1, 12)))
        lines.append(f"{name}:{value}".rstrip("\n "))
    rest = lines[1:]
    chance.shuffle(rest)
    body = []
    for _ in range(chance.randint(0, 8)):
        body.append(chance.choice(["", " ", "\t ", "text", " text", "text \t", "two  words", ".dot", "..", "From here", "=20"]))
    body += [""] * chance.randint(0, 3)
    header = "\n".join([lines[0], *rest])
    folded = "\n".join(line for line in header.split("\n") if line.strip())  # a line of white space would end nothing
    return (folded + "\n\n" + "".join(line + "\n" for line in body)).encode()


def wire(message: bytes) -> bytes:
    return message.replace(b"\n", b"\r\n")


class Answers(Fixtures):
    """Names that nobody thought of do not exist."""

    def knows(self, kind: str, call: bytes) -> bool:
        return kind == "dns" or super().knows(kind, call)

    def get(self, kind: str, call: bytes) -> Json:
        return super().get(kind, call) if super().knows(kind, call) else "nomatch"


def scope_with(dns: dict[str, str], version: str = "4.99", config: str = "") -> Scope:
    """A scope whose DNS has these TXT records, and nothing else."""
    world = open_world()
    records: dict[str, Json] = {f"{name} TXT": [text] for name, text in dns.items()}
    world.fixtures = Answers({"dns": records})
    return new_scope(config_from_text(config, dialect=dialect_for(version)), world)


def mail_dkim(**asked: Any) -> dict[str, Any]:
    """What tests/mail_dkim.pl makes of it; `verify` is a list of messages, `sign` one of wishes."""
    perl = shutil.which("perl")
    assert perl is not None, "perl is missing"
    done = subprocess.run([perl, str(PERL)], input=json.dumps(asked).encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
