"""Reading the cases in tests/cases/transport, and delivering them with the installed Exim.

A case is a line `=== name`, a configuration without its beginning (HEAD), a line `---`, then command lines, each a sender and
recipients behind `> `, with the lines of Exim's log that tell what became of them (sorted) and what was written, each file
behind a line `[name]`. In all of these DIR is the folder of the case and PORT the port of an SMTP server that takes everything.
"""

from __future__ import annotations

import re
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exim_lang.expand.headers import split_headers
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from exim_lang.route.scope import routed_scope
from exim_lang.taint import taint
from exim_lang.transport.delivery import CommandTarget, Delivery, FileTarget, HostsTarget, ReplyTarget
from exim_lang.transport.events import Happening
from exim_lang.transport.simulate import deliver
from exim_lang.world.dns_zones import ZoneFiles
from exim_lang.world.world import World

FOLDER = Path(__file__).parent / "cases" / "transport"
NOW = 1700000000
HEAD = """\
spool_directory = DIR/spool
log_file_path = DIR/log/%slog
primary_hostname = mx.example.org
qualify_domain = example.org
timezone = UTC
keep_environment =
no_message_logs
bounce_message_file = /dev/null
"""
RETRY = "begin retry\n* * F,1h,10m\n"
MESSAGE = b"""\
Received: from there by here; Sat, 1 Jan 2022 00:00:00 +0000
From: Alice <alice@example.net>
To: bob@example.org, Carol <carol@example.org>
Subject: a subject
X-Gone: one
X-Gone-Too: two
Date: Sat, 1 Jan 2022 00:00:00 +0000
Message-Id: <m1@example.net>

first line
.
From the third
"""
RECORDER = """\
#!/bin/sh
exec >> DIR/out/command
for word; do echo "arg <$word>"; done
/usr/bin/env | /usr/bin/sort | /bin/grep -v '^PWD=\\|^_=\\|^SHLVL=\\|^OLDPWD='
pwd
/bin/cat
exit 0
"""
FILTER = """\
# Exim filter
if $sender_address_local_part is one then deliver other
elif $sender_address_local_part is more then unseen deliver other@example.org errors_to err@example.org
elif $sender_address_local_part is save then save DIR/out/saved 0640
elif $sender_address_local_part is folder then unseen save DIR/out/folder/
elif $sender_address_local_part is pipe then pipe "DIR/record ${if!eq{$recipients}{}{some}{none}}"
elif $sender_address_local_part is mail then mail to kim@example.org subject "new" text "hello\\n"
elif $sender_address_local_part is fail then deliver last@example.org fail text "<<short>>long text"
elif $sender_address_local_part is defer then defer text "later"
elif $sender_address_local_part is freeze then freeze text "cold"
elif $sender_address_local_part is gone then seen finish
elif $sender_address_local_part is wrong then deliver ${foo
elif $sender_address_local_part is header then headers add "X-Filter: $recipients $h_subject:" headers remove x-gone add 3 to n2
endif
"""
_DATES = (
    (re.compile(r"^(From \S+) \w{3} \w{3} [ \d]\d [\d:]{8} \d{4}", re.MULTILINE), r"\1 DATE"),
    (re.compile(r"^(Delivery-date|DELIVERED): .*", re.MULTILINE), r"\1: DATE"),
)
_RECEIVED = re.compile(r"^Received: from \S+ by mx\.example\.org.*\n(?:[ \t].*\n)*", re.MULTILINE)
_OWN = re.compile(r"^(?:Message-Id: <E\S+@mx\.example\.org>|Date: (?!Sat, 1 Jan 2022).*|From: Debian-exim@.*)\n", re.MULTILINE)
_ENDS = ("=> ", "-> ", "== ", "** ", "cancelled by", "Delivery deferred by", "Frozen by", "original recip", "Error in system")
_ID = re.compile(r"\b1[0-9A-Za-z]{5}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}\b")
_UNIQUE = re.compile(r"\d{10}\.[HM]\d+P\d+\.mx\.example\.org|\bq[0-9A-Za-z]{6}-\d+|\b1\w{5}-\w{6,11}-\w{2,4}-\w+")


@dataclass(frozen=True, slots=True)
class Case:
    """One command line: the sender and the recipients, and what comes of them."""

    name: str
    configuration: str
    sender: str
    recipients: tuple[str, ...]
    expected: str

    def __str__(self) -> str:
        return f"{self.name}: {' '.join(self.recipients)}"


def read_cases(path: Path) -> list[Case]:
    """All command lines of a file."""
    cases = []
    for block in re.split(r"(?m)^=== ", path.read_text("utf-8"))[1:]:
        name, _, rest = block.partition("\n")
        configuration, _, commands = rest.partition("\n---\n")
        for command in re.split(r"(?m)^> ", commands)[1:]:
            line, _, answer = command.partition("\n")
            sender, *recipients = line.split()
            cases.append(Case(f"{path.stem}, {name}", configuration + "\n", sender, tuple(recipients), answer))
    return cases


def prepare(case: Case, folder: Path, port: int) -> Path:
    """Makes the folders and files that a case works with; returns its configuration."""
    owner = shutil.which("exim4") and "Debian-exim"
    for name in ("spool", "log", "out"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        if owner:
            shutil.chown(folder / name, owner)
    folder.chmod(0o755)
    (folder / "filter").write_text(FILTER.replace("DIR", str(folder)))
    (folder / "text").write_text("text of $h_subject:\nsecond\n")
    recorder = folder / "record"
    recorder.write_text(RECORDER.replace("DIR", str(folder)))
    recorder.chmod(0o755)
    path = folder / "exim.conf"
    path.write_text((HEAD + case.configuration + RETRY).replace("DIR", str(folder)).replace("PORT", str(port)))
    path.chmod(0o644)
    return path


def normal(text: str, folder: Path, port: int) -> str:
    """The text without what is different each time."""
    text = text.replace(str(folder), "DIR").replace(f":{port}", ":PORT")
    text = _OWN.sub("", _RECEIVED.sub("", text))
    for pattern, replacement in _DATES:
        text = pattern.sub(replacement, text)
    return _ID.sub("ID", _UNIQUE.sub("UNIQUE", text))


def written(lines: list[str], files: dict[str, str]) -> str:
    """Log lines and files as the cases show them."""
    parts = [line + "\n" for line in sorted(lines)]
    for name in sorted(files):
        parts.append(f"[{name}]\n{files[name]}" + ("" if files[name].endswith("\n") or not files[name] else "\n(no newline)\n"))
    return "".join(parts)


def ask_exim(case: Case, folder: Path, port: int, taken: list[str]) -> str:
    """What the installed Exim does with the message of the tests; `taken` is what the SMTP server was told."""
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert exim is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    path = prepare(case, folder, port)
    taken.clear()
    command = [exim, "-C", str(path), "-odf", "-oi", "-f", case.sender, *case.recipients]
    ran = subprocess.run(command, input=MESSAGE, capture_output=True, check=False)
    assert (folder / "log" / "mainlog").exists(), ran.stderr.decode()
    log = (folder / "log" / "mainlog").read_text("latin-1").splitlines()
    first = next((match[0] for line in log if " <= " in line and (match := _ID.search(line))), "(none)")
    lines = [line.partition(f"{first} ")[2] for line in log if first in line]
    lines = [normal(line, folder, port) for line in lines if line.startswith(_ENDS)]
    files = {}
    for name in sorted((folder / "out").rglob("*")):
        if name.is_file() and not name.name.startswith("note-"):
            key = _UNIQUE.sub("UNIQUE", str(name.relative_to(folder / "out")))
            if not name.stat().st_size:
                continue  # one that was opened for a delivery that was given up
            mode = "" if name.name == "command" else f" {name.stat().st_mode & 0o7777:04o}"
            files[key + mode] = normal(name.read_text("latin-1"), folder, port)
    if taken:
        files["smtp"] = normal("".join(sorted(taken)), folder, port)
    return written(lines, files)


class _Handler(socketserver.StreamRequestHandler):
    """One SMTP conversation in which everything is taken."""

    def handle(self) -> None:
        taken: list[str] = self.server.taken  # type: ignore[attr-defined]
        told: list[str] = []
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                self.wfile.write(b"250 sink\r\n")
                continue
            if word in (b"MAIL", b"RCPT"):
                told.append(line.decode("latin-1").replace("\r\n", "\n"))
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                told.append("DATA\n")
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    told.append(line.decode("latin-1").replace("\r\n", "\n"))
                taken.append("".join(told))
                told.clear()
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 taken\r\n")


@contextmanager
def smtp_server() -> Iterator[tuple[int, list[str]]]:
    """A server on loopback that takes every message: its port, and the envelopes and data that it was given."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        taken: list[str] = []
        server.taken = taken  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


def simulated(case: Case, folder: Path, port: int) -> str:
    """The same by exim-lang."""
    path = prepare(case, folder, port)
    config = load_config(str(path), dialect=dialect_for("4.96"))
    assert config.fatal is None, config.fatal
    scope = routed_scope(config, World(now=NOW, dns=ZoneFiles([])))
    message = scope.message
    message.headers, message.body = split_headers(MESSAGE)
    message.size, message.received = len(MESSAGE), True
    message.id = b"1xUhtT-00085D-2i"
    message.sender = taint(case.sender.strip("<>").encode())
    addresses = [name if "@" in name else f"{name}@example.org" for name in case.recipients]
    deliveries = deliver(scope, [name.encode() for name in addresses], Happening(confirmation=b"250 taken"))
    files: dict[str, str] = {}
    conversations: list[str] = []
    for delivery in deliveries:
        if isinstance(delivery.target, HostsTarget) and delivery.status == "delivered":
            conversations.append(conversation(delivery, delivery.target))
        for one in (delivery, delivery.shadow):
            if one is not None and one.status == "delivered" and one.target is not None:
                record(one, folder, files)
    if conversations:
        files["smtp"] = "".join(sorted(conversations))
    lines = [normal(line, folder, port) for delivery in deliveries for line in delivery.log]
    return written(lines, {name: normal(text, folder, port) for name, text in files.items()})


def record(delivery: Delivery, folder: Path, files: dict[str, str]) -> None:
    """What the delivery would leave behind, as `ask_exim` finds it."""
    text = (delivery.copy.text or b"").decode("latin-1")
    match delivery.target:
        case FileTarget(path=path, is_directory=is_directory) as target:
            name = path.decode().removeprefix(f"{folder}/out/")
            if path == b"/dev/null" or name.startswith("/"):
                return
            mode = f"{target.mode:04o}"
            if target.format == "maildir":
                name = f"{name}/new/UNIQUE{target.tag.decode()}"
            elif is_directory:
                name = f"{name}/UNIQUE"
            if target.format == "mailstore":
                files[f"{name}.env {mode}"] = target.envelope.decode("latin-1")
                name += ".msg"
            if delivery.transport_filter:
                text = text.replace("first", "FIRST")
            files[f"{name} {mode}"] = files.get(f"{name} {mode}", "") + text.replace("\r\n", "\n")
        case CommandTarget(arguments=arguments, environment=environment):
            words = arguments[1:]
            if arguments[:2] == (b"/bin/sh", b"-c"):
                words = tuple(arguments[2].partition(b"|")[0].split()[1:])
            if delivery.transport_filter:
                text = text.replace("first", "FIRST")
            lines = [f"arg <{word.decode('latin-1')}>" for word in words]
            lines += sorted(f"{name.decode()}={value.decode('latin-1')}" for name, value in environment)
            files["command"] = "\n".join([*lines, delivery.identity.directory.decode(), text])
        case HostsTarget():
            pass
        case ReplyTarget(message=message, recipients=recipients):
            for recipient in recipients:
                before = f"From MAILER-DAEMON DATE\nEnvelope-to: {recipient.decode()}\n"
                files["store 0600"] = files.get("store 0600", "") + before + message.decode("latin-1") + "\n"
        case _:
            raise AssertionError(delivery)


def conversation(delivery: Delivery, target: HostsTarget) -> str:
    """What the server of an SMTP delivery is told."""
    text = (delivery.copy.text or b"").decode("latin-1").replace("\r\n", "\n")
    lines = [f"MAIL FROM:<{delivery.return_path.decode()}>", *(f"RCPT TO:<{one.decode()}>" for one in target.recipients)]
    return "\n".join([*lines, "DATA", text])
