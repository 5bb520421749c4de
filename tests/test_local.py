"""Messages on the standard input: each is handed to the installed Exim, too, which only queues it, in a folder of its own.

A case is a line `$` with the arguments, then the message; `\\n` and `\\r` are its line ends, the newlines are none.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from exim_lang.expand.headers import REMOVED
from exim_lang.expand.state import Header
from exim_lang.route.rewrite import rewrite_message
from exim_lang.smtp.events import Decision, Taken
from exim_lang.smtp.local import Submission, submit
from exim_lang.smtp.session import Session
from exim_lang.taint import taint
from tests.smtp_cases import make_session

FOLDER = Path(__file__).parent / "cases" / "local"
HEAD = "keep_environment =\nprimary_hostname = my.host.example\n"
CONFIG = (FOLDER / "exim.conf").read_text()
LIMITS = [
    ("acl_not_smtp = deny\n", ["a@b"], b"Subject: t\n\nbody\n"),
    ("header_maxsize = 10\n", ["a@b"], b"Subject: t\nTo: x\n\nbody\n"),
    ("message_size_limit = 10\n", ["a@b"], b"Subject: t\n\nbody body body\n"),
    ("recipients_max = 1\n", ["a@b", "c@d"], b"Subject: t\n\nbody\n"),
    ("extract_addresses_remove_arguments = false\n", ["-t", "c@d", "e@f"], b"To: a@b, c@d\n\nbody\n"),
    ("qualify_domain = q.example\nqualify_recipient = r.example\n", ["-t"], b"To: J <a>, c@d\nSender: x\nFrom: y (y)\n\nb\n"),
    ("begin rewrite\n*@d x@y.example Tt\n", ["-t"], b"To: c@d, a@b\n\nbody\n"),
]


def read_cases() -> list[tuple[list[str], bytes]]:
    """Arguments and message of each case."""
    cases = []
    for block in (FOLDER / "messages.txt").read_text("latin-1").split("---\n"):
        first, _, rest = block.partition("\n")
        text = rest.replace("\n", "").replace("\\n", "\n").replace("\\r", "\r")
        cases.append((shlex.split(first.removeprefix("$ ")), text.encode("latin-1")))
    return cases


def normal(text: str) -> str:
    text = re.sub(r"\bE?\d\w{5}-\w{6,11}-\w{2,4}\b", "<id>", text)
    text = re.sub(r"\w{3}, +\d+ \w{3} \d{4} [\d:]{8} [+-]\d{4}", "<date>", text)
    return re.sub(r" (M8S=0|RT=\S+)", "", text)


def ask_exim(config: str, arguments: list[str], data: bytes) -> tuple[list[str], list[str], str, int]:
    """Log lines, the header of the queued message, what is told, and the exit status."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    assert exim is not None, "the package exim4-daemon-heavy is not installed"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        paths = f"spool_directory = {folder}/spool\nlog_file_path = {folder}/%slog\nqueue_only\n"
        (folder / "exim.conf").write_text(HEAD + paths + config)
        (folder / "spool").mkdir()
        (folder / "spool").chmod(0o777)
        command = [exim, "-C", str(folder / "exim.conf"), "-oep", *arguments]
        run = subprocess.run(command, input=data, capture_output=True, check=False)
        log = folder / "mainlog"
        lines = log.read_text("latin-1").splitlines() if log.exists() else []
        queued = "".join(path.read_text("latin-1") for path in folder.glob("spool/input/*-H"))
    headers = re.split(r"(?m)^\d{3}. ", re.sub(r"(?s)\A.*?(?=^\d{3}[ A-Z*] )", "", queued, flags=re.MULTILINE))
    kept = [part for kind, part in zip(re.findall(r"(?m)^\d{3}(.) ", queued), headers[1:], strict=False) if kind != "*"]
    told = "".join(line + "\n" for line in run.stderr.decode("latin-1").splitlines() if line.startswith("exim: "))
    lines = [re.sub(r"^\S+ \S+ (?:\[\d+\] )?", "", line) for line in lines if " cwd=" not in line]
    return [normal(line) for line in lines], [normal(part.rstrip("\n")) for part in kept], told, run.returncode


def session_for(config: str, sender: str | None, name: str) -> Session:
    """A session with nobody at the other end: the user root has called."""
    session = make_session(HEAD + config)
    scope = session.scope
    scope.rewrite_message = rewrite_message
    scope.connection.host_address = b""
    scope.connection.ident = b"root"
    scope.process.sender_name = name.encode()
    qualified = b"root@" + scope.expand("$qualify_domain")
    scope.message.sender = qualified if sender is None else taint(sender.encode())
    if sender is None:
        scope.connection.authenticated_id = b"root"
    return session


def ask_toolkit(config: str, arguments: list[str], data: bytes) -> tuple[list[str], list[str], str, int]:
    rest = list(arguments)
    given: dict[str, str] = {}
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        given[option] = rest.pop(0) if option in ("-f", "-F") else ""
    session = session_for(config, given.get("-f"), given.get("-F", ""))
    submission = Submission([text.encode() for text in rest], "-t" in given, "-i" not in given, "-f" in given)
    ending = submit(session, submission, data)
    lines = [normal(line) for log, line in session.scope.log if log == "main"]
    taken = [event for event in session.events if isinstance(event, Taken)]
    headers: list[Header] = [header for one in taken if one.recipients for header in one.headers if header.kind != REMOVED]
    shown = [normal(header.text.decode("latin-1").rstrip("\n")) for header in headers]
    return lines, shown, f"exim: {ending.told}\n" if ending.told else "", ending.status


@pytest.mark.parametrize("number", range(len(read_cases())))
def test_as_exim_does(number: int) -> None:
    arguments, data = read_cases()[number]
    assert ask_toolkit(CONFIG, arguments, data) == ask_exim(CONFIG, arguments, data)


@pytest.mark.parametrize(("config", "arguments", "data"), LIMITS)
def test_limits_and_options(config: str, arguments: list[str], data: bytes) -> None:
    assert ask_toolkit(config, arguments, data) == ask_exim(config, arguments, data)


def test_decisions_are_told() -> None:
    session = session_for(CONFIG, "s@x.example", "")
    ending = submit(session, Submission([b"a@b.example"]), b"Subject: deny\n\nbody\n")
    assert (ending.told, ending.status) == ("message rejected by non-SMTP ACL: denied by me", 1)
    phases = [(event.phase, event.accepted) for event in session.events if isinstance(event, Decision)]
    assert phases == [("NOTSMTP_START", True), ("NOTSMTP", False)]


def test_command(tmp_path: Path) -> None:
    path = tmp_path / "exim.conf"
    path.write_text(HEAD + CONFIG)
    command = [sys.executable, "-m", "exim_lang", "exim", "-C", str(path), "-t", "-f", "s@x.example"]
    run = subprocess.run(command, input=b"To: a@b.example\nSubject: defer\n\n", capture_output=True, check=False)
    assert run.returncode == 1
    assert run.stdout == b""
    assert run.stderr.splitlines()[-1] == b"exim: message rejected by non-SMTP ACL: deferred by me"
