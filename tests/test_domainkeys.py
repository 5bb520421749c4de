"""DomainKeys: signed here and verified by Perl's Mail::DKIM, and the other way; statuses, conditions, variables."""

from __future__ import annotations

import itertools
import random

import pytest

from exim_lang.domainkeys.sign import DkOptions, dk_sign_message
from exim_lang.domainkeys.verify import STATUSES, check
from exim_lang.expand.headers import split_headers
from exim_lang.smtp.session import Session
from tests.signing import awkward, mail_dkim, pem, public, rsa_key, scope_with, wire

KEY = pem(rsa_key())
DNS = {"sel._domainkey.example.test": f"k=rsa; p={public(rsa_key())}"}
HEADERS = (None, "From:Subject", "from:to:received:x-case:nope")
KINDS = list(itertools.product(("simple", "nofws"), HEADERS))


def signed(message: bytes, canon: str = "nofws", headers: str | None = None, **options: str) -> bytes:
    made = dk_sign_message(
        scope_with(DNS, "4.69"),
        DkOptions(dk_selector="sel", dk_private_key=KEY, dk_canon=canon, dk_headers=headers)._replace(**options),
        message,
    )
    assert made.log == ()
    return b"".join(made.headers) + message


def status(message: bytes, dns: dict[str, str] | None = None) -> str:
    headers, body = split_headers(message)
    return check(scope_with(DNS if dns is None else dns, "4.69"), [one.text for one in headers], body).result.status


def test_perl_verifies_what_is_signed_here() -> None:
    messages = [signed(awkward(seed), *KINDS[seed % len(KINDS)]) for seed in range(50)]
    answer = mail_dkim(dns=DNS, verify=[wire(message).decode("latin-1") for message in messages])
    assert answer["verified"] == [["pass"]] * 50
    assert [status(message) for message in messages] == ["good"] * 50


def test_what_perl_signs_is_verified_here() -> None:
    wishes = [
        {
            "kind": "domainkeys", "algorithm": "rsa-sha1", "method": method, "domain": "example.test", "selector": "sel",
            "headers": headers, "message": wire(awkward(seed)).decode("latin-1"),
        }
        for seed, (method, headers) in zip(range(50), itertools.cycle(KINDS), strict=False)
    ]  # fmt: skip
    answer = mail_dkim(dns=DNS, key=KEY, sign=wishes)
    for wish, line in zip(wishes, answer["signed"], strict=True):
        message = (line + str(wish["message"])).replace("\r\n", "\n").encode("latin-1")
        assert status(message) == "good", message
        assert status(message.replace(b"example.org", b"example.com")) in ("bad", "good" if wish["headers"] else "bad")


PLAIN = b"From: joe@example.test\nTo: ann@example.org\nSubject: one\n\nHello\n"
SIGNED = signed(PLAIN)
NAME = "sel._domainkey.example.test"


@pytest.mark.parametrize(
    "message, dns, expected",
    [
        (SIGNED, DNS, "good"),
        (SIGNED.replace(b"Hello", b"Hullo"), DNS, "bad"),
        (SIGNED.replace(b"Hello", b"H e l l o"), DNS, "good"),
        (PLAIN, DNS, "no signature"),
        (PLAIN, {"_domainkey.example.test": "o=.;"}, "non-participant"),
        (SIGNED, {}, "no key"),
        (SIGNED, {NAME: "p="}, "revoked"),
        (SIGNED, {NAME: "p=AAAA"}, "bad format"),
        (SIGNED, {NAME: "k=dsa; " + DNS[NAME]}, "good"),
        (SIGNED, {NAME: DNS[NAME].replace("k=rsa", "k=dsa")}, "bad format"),
        (SIGNED, {NAME: DNS[NAME] + "; g=joe"}, "good"),
        (SIGNED, {NAME: DNS[NAME] + "; g=ann"}, "bad"),
        (SIGNED.replace(b"c=nofws", b"c=relaxed"), DNS, "bad format"),
        (SIGNED.replace(b"rsa-sha1", b"rsa-md5"), DNS, "bad format"),
        (SIGNED.replace(b"d=example.test", b"d=other.test"), DNS, "bad"),
        (SIGNED.replace(b"From: joe@example.test", b"From: undisclosed"), DNS, "bad format"),
    ],
)
def test_status(message: bytes, dns: dict[str, str], expected: str) -> None:
    assert status(message, dns) == expected
    assert expected in STATUSES


CONFIG = r"""
acl_smtp_rcpt = rcpt
acl_smtp_data = data
begin acl
rcpt:
  warn CONTROL
  accept logwrite = RCPT $dk_status/$dk_is_signed
data:
  warn logwrite = $dk_sender/$dk_sender_local_part/$dk_sender_domain/$dk_sender_source/$dk_signsall/$dk_testing\
    /$dk_is_signed/$dk_status/$dk_result
  accept dk_status = good : no signature
         dk_policy = signsall
         dk_domain_source = from
         dk_sender_domains = example.test
         dk_senders = *@example.test
         dk_sender_local_parts = ann : joe
         message = all hold
  deny   message = $dk_status
"""


def talk(message: bytes, dns: dict[str, str], control: str = "control = dk_verify", version: str = "4.69") -> list[str]:
    """The log lines of the ACLs, and the last reply."""
    scope = scope_with(dns, version, CONFIG.replace("CONTROL", control))
    scope.connection.host_address = b"192.0.2.1"
    session = Session(scope)
    session.greet()
    for line in (b"EHLO me.example\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<ann@example.org>\r\n", b"DATA\r\n"):
        session.receive(line)
    reply = session.receive(wire(message) + b".\r\n").decode()
    return [line for log, line in scope.log if log == "main" and "/" in line and "<=" not in line] + [reply.strip()]


@pytest.mark.parametrize("version", ["4.69", "4.53", "4.99+domainkeys"])
def test_session(version: str) -> None:
    lines = talk(SIGNED, DNS | {"_domainkey.example.test": "o=-; t=y"}, version=version)
    assert lines[0].endswith("RCPT /")
    assert lines[1].endswith("joe@example.test/joe/example.test/from/1/1/1/good/the signature fits the message")
    assert lines[-1] == "250 all hold"


def test_nothing_without_the_control() -> None:
    lines = talk(SIGNED, DNS, "set acl_m_x = 1")
    assert lines[1].endswith("////////")
    assert lines[-1].startswith("550")


def test_a_sender_line() -> None:
    message = b"Sender: <bob@example.test>\n" + PLAIN
    lines = talk(signed(message), DNS)
    assert lines[1].endswith("bob@example.test/bob/example.test/sender/0/0/1/good/the signature fits the message")
    assert talk(b"Subject: x\n\nHello\n", DNS)[1].endswith("///0/0/0/0/no signature/the message is not signed")


@pytest.mark.parametrize("version", ["4.50", "4.70", "4.99"])
def test_other_versions_do_not_know_the_names(version: str) -> None:
    config = scope_with(DNS, version, CONFIG.replace("CONTROL", "control = dk_verify")).config
    words = 'error in ACL: unknown ACL condition/modifier in "accept dk_status = good : no signature"'
    assert words in [one.message for one in config.problems]


def test_five_thousand_mangled_signatures() -> None:
    """Whatever the header line says, there is a status; what cannot be read is `bad format`."""
    header, _, rest = SIGNED.partition(b"\nFrom:")
    chance = random.Random(4870)
    scope = scope_with(DNS, "4.69")
    seen: dict[str, int] = {}
    for _ in range(5000):
        mangled = bytearray(header)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(b"DomainKey-Signature:"), len(mangled))
            mangled[at : at + chance.randint(0, 3)] = bytes(chance.choices(b"=;:, abAB01/\t\xff\\", k=chance.randint(0, 3)))
        lines = [bytes(mangled) + b"\n", b"From:" + rest.partition(b"\n")[0] + b"\n"]
        word = check(scope, lines, b"Hello\n").result.status
        seen[word] = seen.get(word, 0) + 1
    assert set(seen) <= {"bad", "bad format", "no key", "good"}
    assert seen["bad format"] > 1000
    assert seen.get("good", 0) < 50


OPTIONS = {"dk_selector": "sel", "dk_private_key": KEY}


@pytest.mark.parametrize(
    "options, log",
    [
        (OPTIONS | {"dk_private_key": "0"}, ()),
        (OPTIONS | {"dk_private_key": "false"}, ()),
        (OPTIONS | {"dk_private_key": "/nonexistent"}, ("unable to open file for reading: /nonexistent",)),
        ({"dk_selector": "sel"}, ()),
        (OPTIONS | {"dk_domain": "${lookup{"}, None),
    ],
)
def test_unsigned(options: dict[str, str], log: tuple[str, ...] | None) -> None:
    made = dk_sign_message(scope_with({}, "4.69"), DkOptions(**options), PLAIN)
    assert made.headers == ()
    assert made.log == log if log is not None else made.log[0].startswith("failed to expand dk_domain: ")


def test_options_see_the_domain_and_the_selector() -> None:
    selector = "${if eq{$dk_domain}{example.test}{sel}}"
    options = DkOptions(dk_selector=selector, dk_private_key="${if eq{$dk_selector}{sel}{" + KEY + "}}")
    made = dk_sign_message(scope_with({}, "4.69"), options, PLAIN)
    assert status(made.headers[0] + PLAIN) == "good"
    assert b"c=simple" in made.headers[0]
