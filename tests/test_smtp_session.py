"""Sessions as a whole: any bytes in any pieces, events, logs, STARTTLS, chunks."""

from __future__ import annotations

import gc
import weakref

from hypothesis import given, settings
from hypothesis import strategies as st

from exim_lang.expand.state import Tls
from exim_lang.smtp.events import Decision, Taken
from exim_lang.smtp.session import Session
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World
from tests.smtp_cases import make_session, replies

CONFIGURATION = r"""
primary_hostname = mail.example
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
smtp_max_synprot_errors = 100
smtp_max_unknown_commands = 100
smtp_accept_max_nonmail = 100
dsn_advertise_hosts = *
prdr_enable
begin acl
check_mail:
  warn set acl_c_seen = $sender_address
  accept
check_rcpt:
  deny local_parts = bad
       message = no $local_part
       log_message = logged
  accept add_header = X-Rcpt: $local_part
check_data:
  warn remove_header = X-Secret
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{secret}}
  server_set_id = $auth2
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = secret
"""
WORDS = [
    b"EHLO client\r\n", b"HELO x\n", b"MAIL FROM:<a@b.example>\r\n", b"MAIL FROM:<> SIZE=1 BODY=8BITMIME RET=FULL\r\n",
    b"RCPT TO:<c@d.example>\r\n", b"RCPT TO:<bad@d.example> NOTIFY=NEVER\n", b"DATA\r\n", b"Subject: x\r\n", b"\r\n",
    b".\r\n", b".\n", b"BDAT 5\r\n", b"BDAT 3 LAST\r\n", b"RSET\r\n", b"AUTH PLAIN\r\n", b"AUTH PLAIN =\r\n",
    b"AUTH CRAM-MD5\n",
    b"AGEAc2VjcmV0\r\n", b"*\r\n", b"VRFY\r\n", b"ETRN #x\n", b"HELP\r\n", b"STARTTLS\r\n", b"\0", b"\xff\xfe", b"\r", b"\n",
]  # fmt: skip
INPUT = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=12)), max_size=40).map(b"".join)


def lines_of(session: Session, *said: bytes) -> list[str]:
    return [line for part in said for line in replies(session.receive(part + b"\r\n"))]


@settings(max_examples=150, deadline=None)
@given(INPUT)
def test_any_bytes_are_answered(data: bytes) -> None:
    session = make_session(CONFIGURATION)
    answer = session.greet() + session.receive(data) + session.end_of_input()
    assert session.closed
    for line in answer.removesuffix(b"\n").split(b"\r\n"):
        assert not line or line[:3].isdigit() or b"not a real message id" in line


@settings(max_examples=60, deadline=None)
@given(INPUT, st.data())
def test_pieces_do_not_matter(data: bytes, choice: st.DataObject) -> None:
    """Input may arrive in any pieces: the replies are the same."""
    cut = choice.draw(st.integers(0, len(data)))
    whole, parts = make_session(CONFIGURATION), make_session(CONFIGURATION)
    whole.greet()
    parts.greet()
    expected = whole.receive(data) + whole.end_of_input()
    assert replies(parts.receive(data[:cut]) + parts.receive(data[cut:]) + parts.end_of_input()) == replies(expected)


def test_events_say_who_decided() -> None:
    session = make_session(CONFIGURATION)
    session.greet()
    lines_of(session, b"EHLO client", b"MAIL FROM:<a@b.example>", b"RCPT TO:<bad@d.example>", b"RCPT TO:<c@d.example>")
    lines_of(session, b"DATA", b"X-Secret: 1", b"Subject: x", b"", b"body", b".")
    decisions = {(event.phase, event.subject): event for event in session.events if isinstance(event, Decision)}
    refused = decisions["RCPT", b"bad@d.example"]
    assert not refused.accepted
    assert refused.command == b"RCPT TO:<bad@d.example>"
    assert refused.reply == b"550 no bad\r\n"
    assert refused.acl is not None
    assert refused.acl.decided_by is not None
    assert (refused.acl.decided_by.verb, refused.acl.decided_by.place.line) == ("deny", 16)
    assert decisions["RCPT", b"c@d.example"].accepted
    assert [event.phase for event in session.events if isinstance(event, Decision)] == [
        "CONNECT", "HELO", "MAIL", "RCPT", "RCPT", "DATA"
    ]  # fmt: skip
    (taken,) = [event for event in session.events if isinstance(event, Taken)]
    assert taken.sender == b"a@b.example"
    assert taken.recipients == (b"c@d.example",)
    assert [header.name for header in taken.headers] == [b"Received", b"Subject", b"X-Rcpt"]
    assert taken.body == b"body\n"


def test_log_lines() -> None:
    session = make_session(CONFIGURATION)
    session.greet()
    lines_of(session, b"EHLO client", b"MAIL FROM:<a@b.example>", b"RCPT TO:<bad@d.example>", b"EHLO a$b")
    refused = "H=(client) [192.0.2.1] F=<a@b.example> rejected RCPT <bad@d.example>: logged"
    syntax = "rejected EHLO from (client) [192.0.2.1]: syntactically invalid argument(s): a$b"
    assert session.scope.log == [(log, line) for line in (refused, syntax) for log in ("main", "reject")]


def test_starttls_is_a_stated_fact() -> None:
    refused = make_session(CONFIGURATION)
    refused.greet()
    assert lines_of(refused, b"EHLO client", b"STARTTLS")[-1] == "454 TLS currently unavailable"
    session = make_session(CONFIGURATION)
    session.tls = Tls(cipher=b"TLS1.3:X:256")
    session.greet()
    assert lines_of(session, b"EHLO client", b"STARTTLS")[-1] == "220 TLS go ahead"
    assert "503 HELO or EHLO required" in lines_of(session, b"MAIL FROM:<a@b.example>")
    assert "250-STARTTLS" not in lines_of(session, b"EHLO client")
    assert session.scope.connection.received_protocol == b"esmtps"
    assert session.scope.connection.tls_in.active


def test_chunks() -> None:
    session = make_session(CONFIGURATION)
    session.greet()
    lines_of(session, b"EHLO client", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>")
    answer = session.receive(b"BDAT 14\r\nSubject: x\r\n\r\nNOOP\r\nBDAT 9 LAST\r\n.\r\nbody\r\nNOOP\r\n")
    assert replies(answer) == [
        "250 14 byte chunk received", "250 OK", "250- 9 byte chunk, total 19", "250 OK id=<id>", "250 OK"
    ]  # fmt: skip
    (taken,) = [event for event in session.events if isinstance(event, Taken)]
    assert taken.body == b".\nbody\n"


def test_only_bdat_between_chunks() -> None:
    session = make_session(CONFIGURATION)
    session.greet()
    lines_of(session, b"EHLO client", b"MAIL FROM:<a@b.example>", b"RCPT TO:<c@d.example>")
    assert replies(session.receive(b"BDAT 4\r\nX: yMAIL FROM:<a@b.example>\r\nBDAT 0 LAST\r\nRSET\r\nNOOP\r\n")) == [
        "250 4 byte chunk received", "503 only BDAT permissible after non-LAST BDAT", "503 only RSET accepted now",
        "250 Reset OK", "250 OK",
    ]  # fmt: skip


def test_a_message_is_refused_per_recipient() -> None:
    session = make_session(
        CONFIGURATION.replace("prdr_enable", "prdr_enable\nacl_smtp_data_prdr = ${if eq{$local_part}{x}{deny}{accept}}")
    )
    session.greet()
    said = b"EHLO client|MAIL FROM:<a@b.example> PRDR|RCPT TO:<x@d.example>|RCPT TO:<y@d.example>|DATA|Subject: x|."
    assert lines_of(session, *said.split(b"|"))[-5:] == [
        '354 Enter message, ending with "." on a line by itself', "353 PRDR content analysis beginning",
        "550 PRDR R=<x@d.example> refusal", "250 PRDR R=<y@d.example> acceptance",
        "250 id=<id> message accepted for some recipients",
    ]  # fmt: skip


VERIFYING = """
primary_hostname = mail.example
acl_smtp_vrfy = accept
acl_smtp_rcpt = r
begin acl
r:
  deny message = 551 5.1.8 sender must verify
       !verify = sender
  require verify = recipient
  accept
"""


def test_verification_is_told() -> None:
    """Why the sender failed is told once a message, in front of the refusal, with its code."""
    answers: dict[str, Json] = {
        "sender x@y.example": {"fail": "Unrouteable address"},
        "sender ok@y.example": "ok",
        "recipient a@b.example": {"defer": "DNS"},
        "recipient c@d.example": {"fail": "log", "user_message": "no such user"},
        "recipient e@f.example": "ok",
    }
    session = make_session(VERIFYING, world=World(fixtures=Fixtures({"verify": answers})))
    session.greet()
    lines_of(session, b"EHLO client", b"MAIL FROM:<x@y.example>")
    assert lines_of(session, b"RCPT TO:<a@b.example>", b"RCPT TO:<a@b.example>") == [
        "551-5.1.8 Verification failed for <x@y.example>", "551-5.1.8 Unrouteable address", "551 5.1.8 sender must verify",
        "551 5.1.8 sender must verify",
    ]  # fmt: skip
    assert ("main", "H=(client) [192.0.2.1] sender verify fail for <x@y.example>: Unrouteable address") in session.scope.log
    lines_of(session, b"RSET", b"MAIL FROM:<ok@y.example>")
    assert lines_of(session, b"RCPT TO:<a@b.example>", b"RCPT TO:<c@d.example>", b"RCPT TO:<e@f.example>") == [
        "451 Temporary local problem - please try later", "550 no such user", "250 Accepted",
    ]  # fmt: skip
    assert lines_of(session, b"VRFY a@b.example", b"VRFY c@d.example", b"VRFY e@f.example") == [
        "451 <a@b.example> DNS", "550 <c@d.example> no such user", "250 <e@f.example> is deliverable",
    ]  # fmt: skip


def test_a_session_is_gone_when_nobody_has_it() -> None:
    """No circle of references is left that only the garbage collector could break: memory stays flat."""
    message = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\ntext\r\n.\r\n"
    session = make_session(CONFIGURATION)
    session.greet()
    collecting = gc.isenabled()
    gc.disable()
    try:
        assert b"250 OK id=" in session.receive(b"EHLO client\r\n" + message + b"QUIT\r\n")
        gone = weakref.ref(session)
        del session
        assert gone() is None
    finally:
        if collecting:
            gc.enable()
