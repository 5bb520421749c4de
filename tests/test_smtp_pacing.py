"""Clients that speak too soon or not at all: what exim-lang says and logs is what the installed Exim does at a real socket."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exim_lang.acl.scope import new_scope
from exim_lang.expand.state import Tls
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.smtp.session import Session
from exim_lang.world.opening import open_world

CONFIG = """
primary_hostname = mail.example
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
queue_only
keep_environment =
host_lookup =
acl_smtp_connect = connect
acl_smtp_rcpt = accept
acl_smtp_notquit = left
log_selector = +smtp_incomplete_transaction +smtp_syntax_error +smtp_protocol_error
{options}
begin acl
connect:
  accept {connect}
left:
  accept logwrite = left: $smtp_notquit_reason
         {message}
"""
STRICT = "pipelining_connect_advertise_hosts ="
TIMED = STRICT + "\nsmtp_receive_timeout = 1s"
HELO, EHLO = b"HELO x\r\n", b"EHLO x\r\n"
MAIL, RCPT, DATA = b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n", b"DATA\r\n"
WAIT, END, STOP = b"(wait)", b"(end)", b"(SIGTERM)"


@dataclass(frozen=True)
class Case:
    """`parts` arrive one after another, the first one before the banner; WAIT is silence, END the end of the input."""

    name: str
    parts: tuple[bytes, ...]
    options: str = STRICT
    connect: str = ""
    message: str = ""

    def text(self, folder: Path) -> str:
        return CONFIG.format(folder=folder, options=self.options, connect=self.connect, message=self.message)


CASES = (
    Case("before the banner", (EHLO,)),
    Case("before the banner, much", (b"X" * 200 + b"\r\n",)),
    Case("before the banner, let", (EHLO, b"QUIT\r\n"), connect="control = no_enforce_sync"),
    Case("switched off", (EHLO + MAIL, b"QUIT\r\n"), "smtp_enforce_sync = no\n" + STRICT),
    Case("switched on by an ACL", (EHLO,), "smtp_enforce_sync = no\n" + STRICT, "control = enforce_sync"),
    Case("behind EHLO", (b"", EHLO + MAIL)),
    Case("behind EHLO, let", (b"", EHLO + MAIL, b"QUIT\r\n"), connect="control = no_enforce_sync"),
    Case("without PIPELINING", (b"", HELO, MAIL + RCPT)),
    Case("in a transaction", (b"", HELO, MAIL, RCPT + DATA)),
    Case("with PIPELINING", (b"", EHLO, MAIL + RCPT + DATA, b"x\r\n.\r\nQUIT\r\n")),
    Case("not offered", (b"", EHLO, MAIL + RCPT), "pipelining_advertise_hosts =\n" + STRICT),
    Case("behind DATA", (b"", EHLO, MAIL + RCPT + DATA + b"x\r\n.\r\n")),
    Case("behind a message", (b"", EHLO, MAIL + RCPT + DATA, b"x\r\n.\r\nNOOP\r\n", b"QUIT\r\n")),
    Case("unknown", (b"", HELO, b"FOO\r\nNOOP\r\n")),
    Case("HELP and NOOP", (b"", HELO, b"HELP\r\nNOOP\r\n", b"NOOP foo\r\nQUIT\r\n")),
    Case("behind QUIT", (b"", HELO, b"QUIT\r\nNOOP\r\n")),
    Case("AUTH", (b"", HELO, b"AUTH\r\nNOOP\r\n", b"QUIT\r\n")),
    Case("RSET", (b"", HELO, b"RSET\r\nNOOP\r\n")),
    Case("HELO again", (b"", EHLO, b"HELO x\r\n" + MAIL + b"RSET\r\n")),
    Case("what is shown", (b"", HELO, b"NOOP\r\nNOOP \x01\xe9" + b"x" * 200 + b"\r\n")),
    Case("bad argument", (b"", HELO, b"RSET foo\r\nRSET\r\n")),
    Case("a zero byte", (b"", EHLO, b"NO\0OP\r\nRSET\r\n", b"QUIT\r\n")),
    Case("STARTTLS", (b"", EHLO, b"STARTTLS\r\nRSET\r\n")),
    Case("ETRN, VRFY", (b"", EHLO, b"VRFY a\r\nRSET\r\n")),
    Case("words of the ACL", (b"", HELO, b"RSET\r\nNOOP\r\n"), message="message = too fast"),
    Case("PIPECONNECT", (EHLO + b"NOOP\r\nNOOP\r\n" + MAIL + RCPT + DATA, b"x\r\n.\r\n", b"NOOP\r\nNOOP\r\n"), ""),
    Case("chunk", (b"", EHLO, MAIL, RCPT, b"BDAT 3\r\nfooNOOP\r\n", END),
         "pipelining_advertise_hosts =\n" + STRICT),
    Case("timeout at once", (b"", WAIT), TIMED),
    Case("timeout in a command", (b"", EHLO, b"MAIL", WAIT), TIMED),
    Case("timeout behind RCPT", (b"", HELO, MAIL, RCPT, WAIT), TIMED, message="message = too slow"),
    Case("timeout in the data", (b"", HELO, MAIL, RCPT, DATA, b"foo", WAIT), TIMED),
    Case("timeout in a chunk", (b"", EHLO, MAIL, RCPT, b"BDAT 10\r\nfoo", WAIT), TIMED),
    Case("timeout between chunks", (b"", EHLO, MAIL, RCPT, b"BDAT 3\r\nfoo", WAIT), TIMED),
    Case("timeout that depends", (b"", WAIT),
         STRICT + "\nsmtp_receive_timeout = ${if eq{$sender_host_address}{127.0.0.1}{1s}{9s}}"),
    Case("stopped", (b"", HELO, STOP)),
    Case("stopped in a transaction", (b"", HELO, MAIL, STOP)),
    Case("lost", (b"", HELO, END)),
    Case("lost behind MAIL", (b"", HELO, MAIL, END)),
    Case("lost in the data", (b"", HELO, MAIL, RCPT, DATA, b"foo", END)),
    Case("too many mistakes", (b"", HELO, b"A\r\n", b"B\r\n"), STRICT + "\nsmtp_max_synprot_errors = 1"),
    Case("too many unknown commands", (b"", HELO, b"A\r\n", b"B\r\n"), STRICT + "\nsmtp_max_unknown_commands = 1"),
    Case("too many commands", (b"", HELO, b"NOOP\r\n", b"NOOP\r\n"), STRICT + "\nsmtp_accept_max_nonmail = 1"),
    Case("too many commands, let", (b"", HELO, b"NOOP\r\n", b"NOOP\r\n", b"QUIT\r\n"),
         STRICT + "\nsmtp_accept_max_nonmail = 1\nsmtp_accept_max_nonmail_hosts = 192.0.2.1"),
    Case("too many messages", (b"", HELO, MAIL, b"RSET\r\n", MAIL, b"QUIT\r\n"),
         STRICT + "\nsmtp_accept_max_per_connection = 1"),
)  # fmt: skip


def simulated(case: Case, folder: Path) -> tuple[list[bytes], list[str]]:
    """What exim-lang says to each part, the last ones behind the end of the input, and what it logs."""
    config = config_from_text(case.text(folder), dialect=dialect_for("4.96"))
    scope = new_scope(config, open_world())
    scope.connection.host_address, scope.connection.host_port = b"127.0.0.1", 4321
    logged: list[str] = []
    session = Session(scope, on_socket=True, on_log=lambda logs, line: logged.append(line))
    first, *rest = case.parts
    answers = [session.greet(first)]
    for part in rest:
        if session.closed:
            break
        if part == WAIT:
            assert session.timeout() == 1
            answers.append(session.timed_out())
        elif part == END:
            answers.append(session.end_of_input())
        else:
            answers.append(session.terminated() if part == STOP else session.receive(part))
    assert session.closed
    return answers, logged


def asked(case: Case, folder: Path, answers: list[bytes]) -> tuple[bytes, list[str]]:
    """What Exim says and logs; `answers` tell how many lines to wait for before the next part is sent."""
    exim = shutil.which("exim4")
    assert exim is not None, "exim4 is not installed"
    for name in ("spool", "log"):
        (folder / name).mkdir(parents=True)
        shutil.chown(folder / name, "Debian-exim")
    folder.chmod(0o755)
    (folder / "exim.conf").write_text(case.text(folder))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    client.settimeout(10)
    said = b""
    wanted = 0
    with client, server:
        client.sendall(case.parts[0])
        words = [exim, "-C", str(folder / "exim.conf"), "-bs"]
        ends = server.fileno()
        with subprocess.Popen(words, stdin=ends, stdout=ends, stderr=subprocess.DEVNULL) as process:
            server.close()
            for number, answer in enumerate(answers):
                wanted += answer.count(b"\n")
                part = case.parts[number] if number else b""
                if part == END:
                    client.shutdown(socket.SHUT_WR)
                elif part == STOP:
                    time.sleep(0.2)  # Exim sees the signal only where it waits for input
                    process.terminate()
                elif part != WAIT:
                    client.sendall(part)
                while said.count(b"\n") < wanted and client.fileno() != -1 and (more := receive(client)):
                    said += more
            while client.fileno() != -1 and (more := receive(client)):
                said += more
    lines = [line for log in ("main", "panic") for line in read_log(folder / "log" / log)]
    return said, lines


def receive(client: socket.socket) -> bytes:
    """What comes next; nothing where Exim has closed, or says nothing where it should."""
    try:
        return client.recv(1 << 16)
    except (ConnectionError, TimeoutError):
        client.close()
        return b""


def read_log(path: Path) -> list[str]:
    return [line[20:] for line in path.read_text("latin-1").splitlines()] if path.exists() else []


def normal(text: str) -> str:
    text = re.sub(r"\w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} [+-]\d{4}", "<date>", text)
    text = re.sub(r"\b\w{6}-\w{6}-\w{2}\b", "<id>", text)
    text = re.sub(r"250-STARTTLS\r\n", "", text)
    return re.sub(r" D=\d+s| \(via inetd\)| S=\d+", "", text.replace("Exim 4.96", "Exim"))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that Exim's own user can reach; those of pytest are closed again whenever another pytest starts."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_client_out_of_step(case: Case, folder: Path) -> None:
    answers, logged = simulated(case, folder)
    said, lines = asked(case, folder, answers)
    assert normal(b"".join(answers).decode("latin-1")) == normal(said.decode("latin-1"))
    assert [normal(line) for line in logged] == [normal(line) for line in lines]


def test_a_handshake_that_fails() -> None:
    scope = new_scope(config_from_text(CONFIG.format(folder="/nowhere", options=STRICT, connect="", message="")), open_world())
    scope.connection.host_address = b"192.0.2.1"
    session = Session(scope, tls=Tls(), tls_fails=True)
    session.greet()
    session.receive(EHLO)
    assert session.receive(b"STARTTLS\r\n") == b"220 TLS go ahead\r\n"
    assert session.receive(MAIL) == b"554 Security failure\r\n"
    assert session.end_of_input() == b""
    assert ("main", "left: tls-failed") in scope.log
