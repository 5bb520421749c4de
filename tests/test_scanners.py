"""Virus scanners and spamd: small servers that speak their protocols, asked by exim-lang and by the installed Exim alike."""

from __future__ import annotations

import re
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exim_lang.acl.mbox import mbox_of
from exim_lang.acl.run import run_acl
from exim_lang.acl.scope import new_scope
from exim_lang.errors import ClosedWorld, EximLangError
from exim_lang.expand.headers import split_headers
from exim_lang.expand.scope import Scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.smtp.logline import LogBook
from exim_lang.source.text import Text
from exim_lang.taint import taint
from exim_lang.world.fixtures import Fixtures, Json, Recorder
from exim_lang.world.world import World

MESSAGE = b"From: a@b.example\nSubject: test\n\nbody\n"
HEAD = "keep_environment =\nprimary_hostname = my.host.example\nhost_lookup =\n"

# Answers of the servers, in the order of the words VIRUS, CLEAN, ... in the cases.
ANSWERS = {
    "VIRUS": b"stream: Eicar-Test-Signature FOUND\n\0",
    "CLEAN": b"stream: OK\0",
    "BROKEN": b"stream: lstat() failed ERROR\0",
    "GARBAGE": b"garbage\0",
    "SILENT": b"",
    "LINES": b"two lines\nVIRUS: <Name>\n",
    "HIGH": b"SPAMD/1.1 0 EX_OK\r\nContent-length: 30\r\n\r\n61.3/5.0\r\n\r\n Report line 1\r\n pts rule\r\n\r\nend\r\n",
    "EVEN": b"SPAMD/1.1 0 EX_OK\r\nSpam: True ; 5.0 / 5.0\r\n\r\nq",
    "LOW": b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; -2.35 / 5.0\r\n\r\n a \r\n \t\nb",
    "NONE": b"SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0.59 / 5.0\r\n\r\nq",
    "ERROR": b"SPAMD/1.1 76 Bad header line: foo\r\n",
    "RSPAMD": b"RSPAMD/1.3 0 EX_OK\r\nMetric: default; False; 7.3 / 15.0 / 20.0\r\nAction: add header\r\nSymbol: X(1)\r\n\r\n",
}

SCANNERS = [
    ("clamd:127.0.0.1 VIRUS", "*"),
    ("clamd:127.0.0.1 VIRUS", "true / defer_ok"),
    ("clamd:127.0.0.1 VIRUS", "false"),
    ("clamd:127.0.0.1 VIRUS", ""),
    ("clamd:127.0.0.1 VIRUS", "Eicar"),
    ("clamd:127.0.0.1 VIRUS", "eicar"),
    ("clamd:127.0.0.1 VIRUS", "(Eicar"),
    ("clamd:127.0.0.1 VIRUS", "<;Eicar;defer_ok"),
    ("clamd:127.0.0.1 VIRUS", "*/tmo=5x"),
    ("clamd:127.0.0.1 VIRUS:local", "*"),
    ("clamd:127.0.0.1 CLEAN", "*"),
    ("clamd:127.0.0.1 BROKEN", "*"),
    ("clamd:127.0.0.1 BROKEN", "*/defer_ok"),
    ("clamd:127.0.0.1 GARBAGE", "*"),
    ("clamd:127.0.0.1 SILENT", "*"),
    ("clamd:127.0.0.1 CLOSED", "*"),
    ("clamd:127.0.0.1", "*"),
    ("clamd:127.0.0.1 VIRUS foo=bar", "*"),
    ("clamd:127.0.0.1 VIRUS retry=10s", "*"),
    ("clamd:/nonexistent/socket", "*"),
    ("clamd", "*"),
    ("", "*"),
    ("bogus:x", "*"),
    ("sock:127.0.0.1 LINES:%s:VIRUS:<(.*)>", "*"),
    ("sock:127.0.0.1 LINES:say %s:VIRUS:nothing", "*"),
    ("sock:127.0.0.1 LINES:x:SPAM:y", "*"),
    ("sock:127.0.0.1 LINES:x:VIRUS", "*"),
    ("sock:127.0.0.1 LINES:x", "*"),
    ("sophie:/nonexistent", "*"),
    ("cmdline:/bin/echo infected %s:infected:(inf.*ed)", "*"),
    ("cmdline:/bin/echo clean %s:infected:(inf.*)", "*"),
    ("cmdline:cat %s/*.eml:MAIL:(Subj.*)", "*"),
    ("cmdline:/bin/false %s:infected:(x)", "*"),
    ("cmdline:/bin/echo x:infected", "*"),
    ("cmdline:/bin/echo x", "*"),
]
SPAMD = [
    *[(f"127.0.0.1 {name}", "nobody") for name in ("HIGH", "EVEN", "LOW", "NONE", "ERROR", "SILENT", "CLOSED")],
    *[("127.0.0.1 LOW", user) for user in ("joe:true", "joe:True", "joe:yes", "0", "False", "", ":true", "joe:true/defer_ok")],
    ("127.0.0.1 CLOSED", "nobody/DEFER_OK"),
    ("127.0.0.1", "nobody"),
    ("127.0.0.1 x", "nobody"),
    ("127.0.0.1 EVEN bogus", "nobody"),
    ("127.0.0.1 EVEN weight=2 pri=3 tmo=5s", "nobody"),
    ("127.0.0.1 LOW pri=2 : 127.0.0.1 EVEN", "nobody"),
    ("127.0.0.1 CLOSED pri=2 : 127.0.0.1 EVEN", "nobody"),
    ("/nonexistent/sock", "nobody"),
    ("127.0.0.1 RSPAMD variant=rspamd", "nobody"),
    ("127.0.0.1 RSPAMD", "nobody"),
]
SHOWN = (
    "<$malware_name> <$callout_address> failed=$av_failed",
    "$spam_score $spam_score_int <$spam_bar> <$spam_action> <$callout_address> <$spam_report>",
)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    answer = b""
    got: list[bytes]


class Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        got = b""
        self.request.settimeout(0.15)
        try:
            while piece := self.request.recv(65536):
                got += piece
        except TimeoutError:  # the client waits for the answer
            pass
        self.server.got.append(got)
        self.request.sendall(self.server.answer)


@contextmanager
def running() -> Iterator[dict[str, Server]]:
    """One server for each answer."""
    servers = {}
    try:
        for name, answer in ANSWERS.items():
            server = Server(("127.0.0.1", 0), Handler)
            server.answer, server.got = answer, []
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            servers[name] = server
        yield servers
    finally:
        for server in servers.values():
            server.shutdown()
            server.server_close()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    with running() as found:
        yield found


def with_ports(text: str, servers: dict[str, Server]) -> str:
    """The names of answers replaced by the ports of their servers."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = {"CLOSED": unused.getsockname()[1]}
    ports.update((name, server.server_address[1]) for name, server in servers.items())
    return re.sub(r"\b[A-Z]{3,}(?=$|[ :])", lambda found: str(ports.get(found[0], found[0])), text)


def make_acl(condition: str, cases: list[tuple[str, str]], shown: str) -> str:
    """An ACL that asks each server in turn, and logs what it finds."""
    statements = [
        f"  warn set acl_m_s = \\N{place}\\N\n  warn {condition} = {argument}\n       logwrite = HOLDS\n"
        f"  warn logwrite = {shown}\n"
        for place, argument in cases
    ]
    return "data:\n" + "".join(statements) + "  accept\n"


def ask_exim(config: str) -> list[str]:
    """The log lines of the installed Exim, without those about the connection."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    assert exim is not None, "the package exim4-daemon-heavy is not installed"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        path = folder / "exim.conf"
        path.write_text(config)
        talk = b"HELO me\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\n" + MESSAGE + b".\nQUIT\n"
        run = subprocess.run([exim, "-C", str(path), "-bh", "192.0.2.1"], input=talk, capture_output=True, check=False)
    lines = re.findall(r"^LOG: \S{16} (.*)", run.stderr.decode("latin-1"), re.MULTILINE)
    return [line for line in lines if "condition test deferred" not in line and not line.startswith("<= ")]


def data_scope(config: str, world: World) -> Scope:
    """The state of a session at the end of DATA."""
    loaded = config_from_text(config, name="test.conf", dialect=dialect_for("4.96"))
    assert not loaded.problems, loaded.problems
    scope = new_scope(loaded, world)
    scope.connection.host_address, scope.connection.helo_name = b"192.0.2.1", taint(b"me")
    scope.connection.host_lookup_failed = True
    message = scope.message
    message.id, message.sender, message.recipients = b"1abcde-000000-00", taint(b"a@b.example"), [taint(b"c@d.example")]
    message.headers, message.body = split_headers(taint(MESSAGE))
    return scope


def ask_toolkit(config: str, world: World) -> list[str]:
    scope = data_scope(config, world)
    lines: list[str] = []
    scope.log = LogBook((), lambda logs, line: lines.append(line))
    verdict = run_acl(scope, "DATA", Text.literal("data"))
    if verdict.verdict == "error":
        detail = (verdict.log_message or b"").decode("latin-1")
        lines.append(f"H=(me) [192.0.2.1] F=<a@b.example> temporarily rejected after DATA: {detail}")
    return [line for line in lines if "condition test deferred" not in line]


def compare(condition: str, option: str, cases: list[tuple[str, str]], shown: str, servers: dict[str, Server]) -> None:
    placed = [(with_ports(place, servers), argument) for place, argument in cases]
    acl = make_acl(condition, placed, shown)
    config = f"{HEAD}{option} = $acl_m_s\nacl_smtp_rcpt = accept\nacl_smtp_data = data\nbegin acl\n{acl}"
    theirs = [line for line in ask_exim(config) if "no host name found" not in line]
    assert ask_toolkit(config, World(allowed={"malware", "spam", "run"})) == theirs
    assert len(theirs) > len(cases)


def test_virus_scanners(servers: dict[str, Server]) -> None:
    bad = ("clamd:127.0.0.1 VIRUS", "*/tmo=5x")  # ends the ACL
    assert bad in SCANNERS
    cases = [case for case in SCANNERS if case != bad]
    compare("malware", "av_scanner", [*cases, bad], SHOWN[0], servers)


def test_spamd(servers: dict[str, Server]) -> None:
    compare("spam", "spamd_address", SPAMD, SHOWN[1], servers)


def test_what_rspamd_is_told(servers: dict[str, Server]) -> None:
    server = servers["RSPAMD"]
    place = f"127.0.0.1 {server.server_address[1]} variant=rspamd"
    server.got.clear()
    scope = data_scope(f"{HEAD}spamd_address = {place}\nbegin acl\ndata:\n deny spam = joe\n accept\n", World(allowed={"spam"}))
    assert run_acl(scope, "DATA", Text.literal("data")).verdict == "accept"
    request = b"CHECK RSPAMC/1.3\r\nContent-length: %d\r\nQueue-Id: 1abcde-000000-00\r\nFrom: <a@b.example>\r\n"
    rest = b"Recipient-Number: 1\r\nRcpt: <c@d.example>\r\nHelo: me\r\nIP: 192.0.2.1\r\n\r\n"
    data = mbox_of(scope).data
    assert server.got == [request % len(data) + rest + data]


CONFIG = f"{HEAD}av_scanner = clamd:/run/clamd.sock\nbegin acl\ndata:\n"
FIXTURES: list[tuple[str, dict[str, dict[str, Json]], bytes]] = [
    ("malware = *", {"malware": {"clamd:/run/clamd.sock": "Eicar"}}, b"Eicar"),
    ("malware = Ei", {"malware": {"clamd:/run/clamd.sock": "Eicar"}}, b"Eicar"),
    ("malware = *", {"malware": {"clamd:/run/clamd.sock": None}}, b""),
    ("!malware = */defer_ok", {"malware": {"clamd:/run/clamd.sock": {"defer": "down"}}}, b"/1"),
    ("malware = *", {"malware": {"*": {"result": True, "malware_name": "Other"}}}, b"Other"),
    ("spam = joe", {"spam": {"joe": {"score": 7.34, "threshold": 5}}}, b"+++++++ 73 7.3 reject"),
    ("spam = joe:true", {"spam": {"joe": {"score": -1, "threshold": 5.0, "action": "greylist"}}}, b"- -10 -1.0 greylist"),
    ("spam = joe", {"spam": {"joe": {"result": True, "spam_score": "9"}}}, b" 9"),
    ("!spam = joe/defer_ok", {"spam": {"joe": {"defer": "down"}}}, b""),
]


@pytest.mark.parametrize(("condition", "answers", "shown"), FIXTURES)
def test_fixtures(condition: str, answers: dict[str, dict[str, Json]], shown: bytes) -> None:
    text = "$malware_name${if eq{$av_failed}{1}{/1}}$spam_bar $spam_score_int $spam_score $spam_action"
    scope = data_scope(f"{CONFIG} deny {condition}\n  message = <{text}>\n accept\n", World(fixtures=Fixtures(answers)))
    verdict = run_acl(scope, "DATA", Text.literal("data"))
    found = b"" if verdict.user_message is None else verdict.user_message[1:-1]
    assert b" ".join(found.split()) == b" ".join(shown.split())


@pytest.mark.parametrize(
    ("condition", "stub"),
    [("malware = *", '"clamd:/run/clamd.sock": "Eicar-Test-Signature"'), ("spam = joe", '"joe": {"score": 7.3')],
)
def test_offline_is_an_error_that_says_how_to_answer(condition: str, stub: str) -> None:
    scope = data_scope(f"{CONFIG} deny {condition}\n", World())
    with pytest.raises(ClosedWorld) as raised:
        run_acl(scope, "DATA", Text.literal("data"))
    assert stub in raised.value.stub
    assert "fixture" in raised.value.message


def test_scanners_without_a_protocol() -> None:
    config = CONFIG.replace("clamd:/run/clamd.sock", "drweb:/run/x")
    scope = data_scope(f"{config} deny malware = *\n", World(allowed={"malware"}))
    with pytest.raises(EximLangError, match="drweb is answered by fixtures only"):
        run_acl(scope, "DATA", Text.literal("data"))


def test_scanners_are_asked_once_a_message_and_recorded(servers: dict[str, Server]) -> None:
    server = servers["VIRUS"]
    scanner = f"clamd:127.0.0.1 {server.server_address[1]}"
    recorder = Recorder()
    world = World(allowed={"malware"}, recorder=recorder)
    scope = data_scope(f"{HEAD}av_scanner = {scanner}\nbegin acl\ndata:\n warn malware = x\n deny malware = *\n", world)
    server.got.clear()
    assert run_acl(scope, "DATA", Text.literal("data")).verdict == "deny"
    assert len(server.got) == 1
    assert recorder.get("malware", scanner.encode()) == "Eicar-Test-Signature"
