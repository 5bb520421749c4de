"""Authenticators that need something from outside: daemons and libraries as fixtures, client certificates as stated facts."""

from __future__ import annotations

import shutil
import struct
import subprocess
from base64 import b64decode, b64encode
from pathlib import Path

import pytest

from exim_lang.errors import ClosedWorld
from exim_lang.expand.state import Tls
from exim_lang.smtp.md4 import md4
from exim_lang.smtp.session import Session
from exim_lang.smtp.spa import nt_response
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World
from tests.smtp_cases import make_session, replies

DAEMON = """primary_hostname = mail.example
begin authenticators
d:
  driver = dovecot
  public_name = PLAIN
  server_socket = /run/auth
  server_set_id = $auth1
  server_condition = ${if !eq{$auth1}{root}}
"""
CERTIFICATE = """primary_hostname = mail.example
tls_advertise_hosts = *
acl_smtp_rcpt = accept
begin authenticators
t:
  driver = tls
  server_param1 = $tls_in_peerdn
  server_param2 = two
  server_condition = ${if match{$auth1}{CN=kim}}
  server_set_id = $auth1/$auth2
p:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = yes
"""
PLAIN = b64encode(b"\0joe\0secret").decode()


def session_of(config: str, answers: dict[str, Json], tls: Tls | None = None) -> Session:
    session = make_session(config, world=World(fixtures=Fixtures({"dovecot": answers})))
    session.tls = tls
    session.greet()
    replies(session.receive(b"EHLO client\n"))
    return session


CASES: list[tuple[dict[str, Json], list[str], list[str]]] = [
    ({f"PLAIN {PLAIN}": "joe"}, [f"AUTH PLAIN {PLAIN}"], ["235 Authentication succeeded"]),
    ({f"PLAIN {PLAIN}": "root"}, [f"AUTH PLAIN {PLAIN}"], ["535 Incorrect authentication data"]),
    ({f"PLAIN {PLAIN}": None}, [f"AUTH PLAIN {PLAIN}"], ["535 Incorrect authentication data"]),
    ({f"PLAIN {PLAIN}": {"defer": "down"}}, [f"AUTH PLAIN {PLAIN}"], ["435 Unable to authenticate at present"]),
    (
        {"PLAIN": {"continue": ""}, f"PLAIN {PLAIN}": "joe"},
        ["AUTH PLAIN", PLAIN],
        ["334 ", "235 Authentication succeeded"],
    ),
    ({"PLAIN": {"continue": "Q"}}, ["AUTH PLAIN", "*"], ["334 UQ==", "501 Authentication cancelled"]),
]


@pytest.mark.parametrize(("answers", "said", "expected"), CASES)
def test_daemons_are_fixtures(answers: dict[str, Json], said: list[str], expected: list[str]) -> None:
    session = session_of(DAEMON, answers)
    assert [reply for line in said for reply in replies(session.receive(line.encode() + b"\n"))] == expected
    assert session.scope.connection.authenticated_id == (b"joe" if expected[-1].startswith("235") else b"")


def test_a_daemon_that_nobody_stands_in_for() -> None:
    session = session_of(DAEMON, {})
    with pytest.raises(ClosedWorld) as raised:
        session.receive(f"AUTH PLAIN {PLAIN}\n".encode())
    assert raised.value.stub == f'"dovecot": {{"PLAIN {PLAIN}": "user"}}'


@pytest.mark.parametrize(
    ("tls", "identity"),
    [
        (Tls(cipher=b"X", peer_certificate=b"pem", peer_dn=b"CN=kim", certificate_verified=True), b"CN=kim/two"),
        (Tls(cipher=b"X", peer_certificate=b"pem", peer_dn=b"CN=joe", certificate_verified=True), b""),
        (Tls(cipher=b"X", peer_certificate=b"pem", peer_dn=b"CN=kim"), b""),
        (Tls(cipher=b"X"), b""),
    ],
)
def test_client_certificates(tls: Tls, identity: bytes) -> None:
    session = session_of(CERTIFICATE, {}, tls)
    assert "220 TLS go ahead" in replies(session.receive(b"STARTTLS\n"))
    offered = replies(session.receive(b"EHLO client\n"))
    connection = session.scope.connection
    assert (connection.authenticated_id, connection.authenticated_by) == (identity, b"t" if identity else b"")
    assert connection.received_protocol == (b"esmtpsa" if identity else b"esmtps")
    assert ("250-AUTH PLAIN" in offered) == (not identity)


SPA = """keep_environment =
primary_hostname = mail.example
begin authenticators
n:
  driver = spa
  public_name = NTLM
  server_password = ${if eq{$auth1}{joe}{secret}fail}
  server_set_id = $auth1
"""
HELLO = b64encode(b"NTLMSSP\0\x01\0\0\0\x07\x82\0\0" + bytes(16))


def spa_answer(challenge: bytes, user: str, password: bytes) -> bytes:
    """What a client says to the challenge."""
    response = nt_response(password, b64decode(challenge)[24:32])
    name = user.encode("utf-16-le")
    head = 64
    fields = struct.pack("<HHI", 24, 24, head) * 2 + struct.pack("<HHI", 0, 0, head)
    fields += struct.pack("<HHI", len(name), len(name), head + 24) + struct.pack("<HHI", 0, 0, head) * 2
    return b64encode(b"NTLMSSP\0" + struct.pack("<I", 3) + fields + struct.pack("<I", 0x8201) + response + name)


SPA_CASES = [("joe", b"secret", b"235"), ("joe", b"wrong", b"535"), ("kim", b"secret", b"535")]


@pytest.mark.parametrize(("user", "password", "code"), SPA_CASES)
def test_spa(user: str, password: bytes, code: bytes) -> None:
    session = make_session(SPA)
    session.greet()
    session.receive(b"EHLO client\n")
    assert session.receive(b"AUTH NTLM\n") == b"334 NTLM supported\r\n"
    challenge = session.receive(HELLO + b"\n")
    assert session.receive(spa_answer(challenge[4:], user, password) + b"\n").startswith(code)
    assert session.scope.connection.authenticated_id == (user.encode() if code == b"235" else b"")
    for rubbish in (b"*", b"xx", b"AAAA"):
        if code == b"535":
            session.receive(b"AUTH NTLM " + HELLO + b"\n")
            assert session.receive(rubbish + b"\n") == b"535 Incorrect authentication data\r\n"


@pytest.mark.parametrize(("user", "password", "code"), SPA_CASES)
def test_exim_takes_the_same_answer(user: str, password: bytes, code: bytes, tmp_path: Path) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    assert exim is not None, "the package exim4-daemon-heavy is not installed"
    path = tmp_path / "exim.conf"
    path.write_text(SPA)
    command = [exim, "-C", str(path), "-bh", "192.0.2.1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"EHLO client\nAUTH NTLM " + HELLO + b"\n")
        process.stdin.flush()
        line = b""
        while not line.startswith(b"334 "):
            line = process.stdout.readline()
            assert line
        process.stdin.write(spa_answer(line[4:].strip(), user, password) + b"\nQUIT\n")
        process.stdin.close()
        assert process.stdout.readline().startswith(code)
        process.stdout.read()
    mine = make_session(SPA)
    mine.greet()
    mine.receive(b"EHLO client\n")
    theirs, ours = b64decode(line[4:]), b64decode(mine.receive(b"AUTH NTLM " + HELLO + b"\n")[4:])
    assert (theirs[:24], theirs[32:]) == (ours[:24], ours[32:])


def test_md4() -> None:
    assert md4(b"").hex() == "31d6cfe0d16ae931b73c59d7e0c089c0"
    assert md4(b"message digest").hex() == "d9130a8164549fe818874806e1c7014b"
    assert md4(b"1234567890" * 8).hex() == "e33b4ddc9c38f2199c3e7b164fcc0536"
