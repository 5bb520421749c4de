"""Authenticators that need something from outside: daemons and libraries as fixtures, client certificates as stated facts."""

from __future__ import annotations

from base64 import b64encode

import pytest

from exim_lang.errors import ClosedWorld
from exim_lang.expand.state import Tls
from exim_lang.smtp.session import Session
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
