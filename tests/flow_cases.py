"""Cases for the flow analysis, and what the installed Exim says of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

SENDER = "5@a.foo.org"

CONFIGURATION = """\
primary_hostname = mx.example.org
keep_environment = PATH
acl_smtp_rcpt = acl_first
begin acl
acl_t:
  accept message = $acl_arg1
acl_constant:
  accept message = const
acl_first:
  warn set acl_m_x = ${acl{acl_t}{$sender_address}}
  accept
"""

_CLASS = re.compile(r"(?m)^ {12}╰──\(([^)]*)\)$")
_RESULT = re.compile(r"(?m)^ ╰─────result: ")


def read_classes(path: Path) -> list[tuple[str, str]]:
    """The expressions of a file of cases, each with its class."""
    found = []
    kind = ""
    for line in path.read_text().splitlines():
        if line.startswith("["):
            kind = line[1:-1]
        elif line and not line.startswith("#"):
            found.append((line, kind))
    return found


def exim() -> str:
    """The installed Exim."""
    found = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/bin")
    assert found is not None, "these tests compare with an installed Exim (package exim4-daemon-heavy)"
    return found


def prepare(folder: Path) -> None:
    """The files that the expressions speak of."""
    folder.chmod(0o755)
    (folder / "ls").write_text("5: data\n*.foo.org: x\n")
    (folder / "5").write_text("")
    (folder / "exim.conf").write_text(CONFIGURATION)


def classes_of(expressions: list[str], folder: Path) -> list[str]:
    """The class that the trace of Exim shows for each."""
    prepare(folder)
    lines = "".join(line.replace("DIR", str(folder)) + "\n" for line in expressions)
    command = [exim(), "-C", str(folder / "exim.conf"), "-d-all+expand", "-f", SENDER, "-be"]
    ran = subprocess.run(
        command,
        input=lines.encode(),
        check=False,
        env={"PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    text = ran.stdout.decode("utf-8", "replace")
    begins: list[int] = []
    for line in lines.splitlines():
        begins.append(text.index(f" ╭considering: {line}\n", begins[-1] + 1 if begins else 0))
    found = []
    for begin, end in zip(begins, [*begins[1:], len(text)], strict=True):
        results = list(_RESULT.finditer(text, begin, end))
        assert results, text[begin:end]
        kind = _CLASS.search(text, results[-1].end(), end)
        found.append(kind[1].removeprefix("tainted, ") if kind else "untainted")
    return found


HEAD = """\
primary_hostname = mx.example.org
keep_environment =
spool_directory = DIR/spool
log_file_path = DIR/log/%slog
never_users =
"""
RETRY = "begin retry\n* * F,1h,1h\n"


def read_sinks(path: Path) -> list[tuple[str, str, str]]:
    """The name of the rule, the configuration and the words of Exim of each block of a file of cases."""
    found = []
    for block in re.split(r"(?m)^\[", path.read_text())[1:]:
        name, _, rest = block.partition("]\n")
        text, _, words = rest.partition("\n---\n")
        found.append((name, text + "\n", words.strip()))
    return found


def log_of(text: str, folder: Path) -> str:
    """What Exim logs when a message comes to a configuration: over SMTP when it has an ACL, else from here."""
    for name in ("spool", "log", "out"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "Debian-exim")
    folder.chmod(0o755)
    (folder / "users").write_text("bob: data\n")
    (folder / "text-bob").write_text("text of bob\n")
    path = folder / "exim.conf"
    path.write_text((HEAD + text + RETRY).replace("DIR", str(folder)))
    command = [exim(), "-C", str(path)]
    if "acl_smtp_rcpt" in text:
        lines = "HELO x\r\nMAIL FROM:<alice@example.net>\r\nRCPT TO:<bob@example.org>\r\nQUIT\r\n"
        ran = subprocess.run([*command, "-bh", "192.0.2.1"], input=lines.encode(), capture_output=True, check=False)
        found = ran.stderr + ran.stdout
    else:
        message = b"Subject: test\n\ntext\n"
        command += ["-odf", "-oi", "-f", "alice@example.net", "bob@example.org"]
        ran = subprocess.run(command, input=message, capture_output=True, check=False)
        found = ran.stderr + b"".join(file.read_bytes() for file in sorted((folder / "log").iterdir()))
    return found.decode("latin-1").replace(str(folder), "DIR")
