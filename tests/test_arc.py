"""ARC: chains sealed here, validated here and by dkimpy (RFC 8617, specification section 58.7)."""

from __future__ import annotations

import base64
import random
import re

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from exim_lang.acl.arc import arc_state_of
from exim_lang.acl.run import run_acl
from exim_lang.acl.scope import new_scope
from exim_lang.arc.sign import sign_arc
from exim_lang.arc.verify import ArcState, verify_arc
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Header
from exim_lang.model.load import config_from_text
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
).decode()
DER = KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
RECORD = f"v=DKIM1; p={base64.b64encode(DER).decode()}"
NAMES = ("one.example", "two.example", "three.example")
DNS: dict[str, Json] = {f"k._domainkey.{name} TXT": [RECORD] for name in NAMES}
PLAIN = b"From: joe@site.example\nTo: list@one.example\nSubject: hello\n\nHello,\n  world.\n"


def scope_for(message: bytes, text: str = "", dns: dict[str, Json] = DNS) -> Scope:
    files: dict[str, Json] = {"/key": PEM}
    config = config_from_text("acl_smtp_data = c\n" + text)
    assert not config.problems, config.problems
    scope = new_scope(config, World(fixtures=Fixtures({"dns": dns, "file": files}), now=1_700_000_000))
    head, _, scope.message.body = message.partition(b"\n\n")
    scope.message.headers = [Header(line) for line in re.findall(rb"[^\n]+\n(?:[ \t][^\n]*\n)*", head + b"\n")]
    scope.connection.host_address = b"192.0.2.1"
    return scope


def sealed(message: bytes, name: str, state: str, words: str = "") -> bytes:
    """The message as the next hand passes it on, having found the chain to be in that state."""
    message = f"Authentication-Results: {name}; arc={state}\n".encode() + message
    signed = sign_arc(scope_for(message), f"{name} : k : /key{words}", message)
    assert signed.log == ()
    return b"".join(signed.headers) + message


def chain(count: int) -> bytes:
    message = PLAIN
    for number in range(count):
        message = sealed(message, NAMES[number], "pass" if number else "none")
    return message


@pytest.mark.parametrize("count", [1, 2, 3])
def test_chains(count: int) -> None:
    message = chain(count)
    domains = tuple(name.encode() for name in NAMES[:count])
    assert verify_arc(scope_for(message)) == ArcState("pass", "", domains, 1, count, b"k")
    state, _, reason = dkim.arc_verify(message, dnsfunc=lambda name, timeout=5: RECORD.encode())
    assert (state, reason) == (b"pass", "success")


def changed(message: bytes, old: bytes, new: bytes) -> bytes:
    assert old in message
    return message.replace(old, new, 1)


TWO = chain(2)
ONE_SET = re.compile(rb"(?:ARC-[^\n]+\n(?:[ \t][^\n]*\n)*){3}")
BROKEN: list[tuple[bytes, str, str]] = [
    (PLAIN, "none", ""),
    (changed(TWO, b"world", b"mars"), "fail", "AMS body hash miscompare"),
    (changed(TWO, b"Subject: hello", b"Subject: bye"), "fail", "AMS sig nonverify"),
    (changed(TWO, b"i=2; two.example; arc=pass", b"i=2; two.example; arc=Pass"), "fail", "seal sigverify error"),
    (changed(TWO, b"i=2; cv=pass", b"i=2; cv=none"), "fail", "seal cv state"),
    (changed(TWO, b"i=1; cv=none", b"i=1; cv=pass"), "fail", "seal sigverify error"),
    (changed(TWO, b"i=1; cv=none", b"i=1; cv=fail"), "fail", "i=1 (cv)"),
    (changed(TWO, b"i=2; cv=pass", b"i=2; cv=odd"), "fail", "seal syntax"),
    (changed(TWO, b"i=1; cv=none; a=rsa-sha256", b"i=1; cv=none; a=rsa-sha1"), "fail", "seal sigverify error"),
    (changed(TWO, b"i=2; cv", b"i=1; cv"), "fail", "collecting headers: dup hdr"),
    (changed(TWO, b"i=2; cv", b"i=51; cv"), "fail", "collecting headers: overlarge instance number"),
    (changed(TWO, b"i=2; cv", b"i=x; cv"), "fail", "collecting headers: instance find"),
    (changed(TWO, b"i=2; cv", b"i=3; cv"), "fail", "i=3 (missing header)"),
    (TWO.replace(b"i=2;", b"i=3;"), "fail", "i=1 (sequence; expected 2)"),
    (ONE_SET.sub(b"", TWO.replace(b"i=1;", b"i=2;"), 1), "fail", "(sequence; expected i=1)"),
    (changed(TWO, b"s=k;", b"s=gone;"), "fail", "pubkey problem"),
    (changed(TWO, b"h=", b"h=arc-seal:"), "fail", "AMS sig syntax"),
]


@pytest.mark.parametrize("message, state, reason", BROKEN, ids=[case[2] for case in BROKEN])
def test_broken_chains(message: bytes, state: str, reason: str) -> None:
    dns: dict[str, Json] = {**DNS, "gone._domainkey.two.example TXT": "nomatch"}
    found = verify_arc(scope_for(message, dns=dns))
    if reason == "seal sigverify error":
        assert (found.state, found.reason) in ((state, reason), (state, "seal syntax"))
    else:
        assert (found.state, found.reason) == (state, reason)


def test_how_far_back_a_message_is_unchanged() -> None:
    one = changed(chain(1), b"Subject: hello", b"Subject: [list] hello")
    state = verify_arc(scope_for(sealed(one, "two.example", "pass")))
    assert (state.state, state.oldest_pass) == ("pass", 2)


def holds(message: bytes, statement: str) -> tuple[bool, Scope]:
    scope = scope_for(message, f"primary_hostname = mx.example\nbegin acl\nc:\n  accept {statement}\n")
    return run_acl(scope, "DATA", b"c").verdict == "accept", scope


@pytest.mark.parametrize(
    "message, statement, expected",
    [
        (TWO, "verify = arc", True),
        (PLAIN, "verify = arc", True),
        (PLAIN, "verify = arc/pass", False),
        (TWO, "verify = arc/pass", True),
        (TWO, "verify = arc/none:fail", False),
        (changed(TWO, b"world", b"mars"), "verify = arc", False),
        (changed(TWO, b"world", b"mars"), "verify = arc/fail", True),
        (changed(TWO, b"world", b"mars"), "!verify = arc", True),
    ],
)
def test_condition(message: bytes, statement: str, expected: bool) -> None:
    assert holds(message, statement)[0] is expected


def test_variables() -> None:
    _, scope = holds(TWO, "verify = arc")
    assert scope.expand("$arc_state/$arc_state_reason/$arc_domains/$arc_oldest_pass") == b"pass//one.example:two.example/1"
    told = b"Authentication-Results: x;\n\tarc=pass (i=2) header.s=k arc.oldest-pass=1 smtp.remote-ip=192.0.2.1"
    assert scope.expand("${authresults{x}}") == told
    _, scope = holds(changed(TWO, b"i=2; cv", b"i=3; cv"), "verify = arc")
    assert scope.expand("${authresults{x}}") == b"Authentication-Results: x;\n\tarc=fail (i=3 (missing header))"


def test_dkim_switched_off() -> None:
    scope = scope_for(TWO, "begin acl\nc:\n  accept verify = arc\n")
    scope.message.controls["dkim_disable_verify"] = b""
    assert run_acl(scope, "DATA", b"c").verdict == "defer"


@pytest.mark.parametrize(
    "option, log",
    [
        ("", ""),
        ("one.example : k", "ARC: bad signing-specification (privkey)"),
        (" : k : /key", "ARC: bad signing-specification (identity)"),
        ("one.example : k : /nothing", "unable to open file for reading: /nothing"),
        ("one.example : k : /key", "ARC: no Authentication-Results header for signing"),
        ("${if", "failed to expand arc_sign: condition name expected, but found \"\""),
    ],
)
def test_unsigned(option: str, log: str) -> None:
    signed = sign_arc(scope_for(PLAIN), option, PLAIN)
    assert signed.headers == ()
    assert signed.log[:1] == ((log,) if log else ())


def test_times_and_failed_chains() -> None:
    assert b"t=1700000000; x=1700000600; " in sealed(PLAIN, "one.example", "none", " : timestamps : expire=600")
    message = sealed(changed(TWO, b"world", b"mars"), "three.example", "fail")
    assert verify_arc(scope_for(message)).reason == "i=3 (cv)"


DAMAGE = (b"", b";", b"=", b"i=", b"ARC-Seal: i=9;", b"\n", b"\r\n ", b":")


def test_damaged_chains_have_a_state() -> None:
    choose = random.Random(8617)
    end = TWO.index(b"Authentication-Results: one.example")
    seen = set()
    for _ in range(2000):
        message = bytearray(TWO)
        for _ in range(choose.randrange(1, 5)):
            at = choose.randrange(end)
            message[at : at + choose.randrange(4)] = choose.choice(DAMAGE) or bytes([choose.randrange(256)])
        scope = scope_for(bytes(message))
        scope.world = World(fixtures=AnyKey())
        state = arc_state_of(scope)
        assert state.reason or state.state != "fail"
        seen.add(state.state)
    assert "fail" in seen
    assert seen <= {"pass", "fail", "none"}


class AnyKey(Fixtures):
    """The same key for all names."""

    def knows(self, kind: str, call: bytes) -> bool:
        return kind == "dns"

    def get(self, kind: str, call: bytes) -> Json:
        return [RECORD]
