"""`-bV`, `-bP` and `exim-lang config`: the same output as Exim's, and problems with their lines."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.errors import Problem
from exim_lang.report.frame import frame, visible, wants_colour
from exim_lang.source.text import Span, Text

CONFIG = """\
# a comment
LOCAL = example.org
keep_environment =
primary_hostname = mx.example.org
hide mysql_servers = a/b/c/d
message_size_limit = 50M
bounce_return_size_limit = 20K
check_spool_space = 100M
queue_only_load = 8
auto_thaw = 1d12h
smtp_banner = "mx\\tready"
delay_warning = 1h:2d
never_users = root : daemon
no_smtp_enforce_sync
log_selector = +all -subject
domainlist local_domains = LOCAL : \\
    www.LOCAL
hide hostlist relay = 192.0.2.1
begin acl
check:
  accept  hosts = +relay
  deny    message = no
begin routers
local:
  driver = redirect
  domains = +local_domains
  data = ${lookup{$local_part}lsearch{/etc/aliases}}
  condition = a
  condition = b
  headers_add = X: y
  headers_add = Z: w
  user = mail
  allow_fail
remote:
  driver = dnslookup
  hide transport = remote_smtp
  no_more
begin transports
remote_smtp:
  driver = smtp
  max_rcpt = 5
  connect_timeout = 1m30s
pipe:
  driver = pipe
  umask = 077
  max_output = 1M
box:
  driver = appendfile
  directory = /var/mail/x
  maildir_format
begin authenticators
plain:
  driver = plaintext
  server_prompts = :
  server_condition = ${if eq{$auth2}{x}}
begin retry
*  *  F,2h,15m; G,16h,1h,1.5
begin rewrite
*@a.example  $1@b.example  h
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "exim.conf"
    path.write_text(CONFIG)
    path.chmod(0o644)
    return path


@pytest.mark.parametrize(
    "words",
    [
        "",
        "config",
        "routers",
        "transports",
        "authenticators",
        "router local",
        "transport nobody",
        "router_list transport_list authenticator_list",
        "+local_domains +relay +nothing",
        "macro LOCAL",
        "macros",
        "macro_list",
        "config_file qualify_domain no_such_option",
        "-n smtp_banner",
    ],
)
def test_bp_is_that_of_the_installed_exim(words: str, config: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    exim = shutil.which("exim4")
    assert exim, "the tests need the package exim4-daemon-heavy"
    theirs = subprocess.run([exim, "-C", str(config), "-bP", *words.split()], capture_output=True, check=False, timeout=20)
    status = main(["exim", "--exim-version", "4.96", "-C", str(config), "-bP", *words.split()])
    ours = capfdbinary.readouterr().out
    assert ours.decode("latin-1") == theirs.stdout.decode("latin-1")
    assert status == theirs.returncode


def test_bv(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exim", "--exim-version", "4.96", "-C", str(config), "-bV"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Exim version 4.96")
    assert out.endswith(f"Size of off_t: 8\nConfiguration file is {config}\n")
    assert "Default" not in out


def test_bv_tells_why_not(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("X = 1\nzork = 3\n")
    assert main(["exim", "-C", str(config), "-bV"]) == 1
    error = capsys.readouterr().err
    assert error.split(" ", 2)[2] == f'Exim configuration error in line 2 of {config}:\n  main option "zork" unknown\n'


def test_bp_tells_why_not(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("begin routers\nr:\n driver = iplookup\n")
    assert main(["exim", "-C", str(config), "-bP"]) == 1
    error = capsys.readouterr().err
    assert error == "LOG: PANIC DIE\n  Exim configuration error for r router:\n  a port must be specified\n"


def test_config_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", str(config), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == 1
    assert data["main"]["auto_thaw"]["value"] == 129600
    assert data["main"]["mysql_servers"]["value"] == "<hidden>"
    assert data["macros"]["LOCAL"]["used"]
    assert data["lists"]["domain"]["local_domains"]["value"] == "example.org : www.example.org"
    assert [router["name"] for router in data["routers"]] == ["local", "remote"]
    assert data["routers"][0]["options"]["data"]["place"]["line"] == 27
    assert data["retry"][0]["steps"][1] == {"letter": "G", "limit": 57600, "interval": 3600, "factor": 1.5}
    assert data["problems"] == []


def test_config_text(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", str(config), "--only", "transports", "--all"]) == 0
    out = capsys.readouterr().out
    assert "umask = 63" in out
    assert f"{config}:45:3" in out
    assert "command_timeout = 300" in out
    assert "mysql_servers" not in out


def test_config_problems(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("FOO = zork = 3\nFOO\n")
    assert main(["config", str(config)]) == 2
    error = capsys.readouterr().err
    assert error.splitlines()[:3] == [f'{config}:2:1: main option "zork" unknown', "  FOO", "  ^^^"]


def test_config_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "/nonexistent/exim.conf"]) == 2
    assert "/nonexistent/exim.conf" in capsys.readouterr().err


def test_frame_of_a_long_line() -> None:
    text = Text.literal("a" * 500 + "wrong" + "b" * 500, "c")
    head, line, carets = frame(Problem("message", text, Span(500, 505))).splitlines()
    assert head == "c:1:501: message"
    assert line[carets.index("^") :].startswith("wrong")
    assert carets.count("^") == 5
    assert len(line) < 180


def test_frame_shows_utf8_and_escapes_what_is_not() -> None:
    text = Text.literal("x = \xc3\xa9\xc3\xa9 wrong", "c")
    start = text.string.index("wrong")
    _, line, carets = frame(Problem("m", text, Span(start, start + 5))).splitlines()
    assert line == "  x = éé wrong"
    assert line[carets.index("^") :] == "wrong"
    assert visible("\xe9\x07") == "\\xe9\\x07"


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert wants_colour(Terminal())
    assert not wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())
    text = Text.literal("abc", "c")
    assert "\033[31m^" in frame(Problem("m", text, Span(0, 1)), colour=True)
