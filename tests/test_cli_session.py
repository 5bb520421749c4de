"""The commands `exim-lang session` and `exim-lang exim -bh`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from exim_lang.cli.loading import sound_config
from exim_lang.cli.main import main
from exim_lang.errors import UsageError

CONFIGURATION = r"""primary_hostname = mail.example
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_rcpt:
  deny local_parts = bad
       message = no $local_part
  accept authenticated = *
  accept encrypted = *
         domains = tls.example
  accept domains = here.example
  deny message = relay not permitted
check_data:
  deny condition = ${if match{$h_subject:}{spam}}
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = no
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "exim.conf"
    path.write_text(CONFIGURATION)
    return str(path)


@pytest.fixture
def mail(tmp_path: Path) -> str:
    path = tmp_path / "mail.eml"
    path.write_bytes(b"Subject: hello\n\n.dot\nbody\n")
    return str(path)


class Stdin:
    """A standard input that holds bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_mail_is_accepted(config: str, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session", config, "--from", "a@b.example", "--rcpt", "joe@here.example", mail]) == 0
    shown = capsys.readouterr().out
    assert "C RCPT TO:<joe@here.example>\nS 250 Accepted\n" in shown
    assert f"= RCPT joe@here.example accepted by accept at {config}:11:3\n" in shown
    assert "= message taken for joe@here.example\n" in shown
    assert "\x1b" not in shown


def test_a_mail_is_rejected(config: str, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session", config, "--rcpt", "bad@here.example", "--rcpt", "x@y.example", mail]) == 1
    shown = capsys.readouterr().out
    assert f"S 550 no bad\n= RCPT bad@here.example refused by deny at {config}:6:3\n" in shown
    assert "C DATA" not in shown
    assert "C QUIT" in shown


def test_stated_facts(config: str, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session", config, "--rcpt", "x@tls.example", mail]) == 1
    assert main(["session", config, "--tls", "--rcpt", "x@tls.example", mail]) == 0
    assert main(["session", config, "--auth", "joe", "--rcpt", "x@y.example", mail]) == 0
    shown = capsys.readouterr().out
    assert "C STARTTLS\nS 220 TLS go ahead\n" in shown
    assert "C (has proved to be joe)\n" in shown


def test_json(config: str, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session", config, "--host", "2001:db8::1", "--rcpt", "x@y.example", "--json", "--trace", mail]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["accepted"] is False
    assert told["messages"] == []
    (refused,) = [decision for decision in told["decisions"] if not decision["accepted"]]
    assert refused["reply"] == "550 relay not permitted\r\n"
    assert refused["statement"] == {"verb": "deny", "file": config, "line": 12, "column": 3}
    assert {"client": "RCPT TO:<x@y.example>"} in told["dialogue"]
    assert 'using ACL "check_rcpt"' in told["trace"]
    line = "H=(client.example) [2001:db8::1] F=<> rejected RCPT <x@y.example>: relay not permitted"
    assert told["log"] == [{"log": "main", "line": line}, {"log": "reject", "line": line}]


def test_a_script(config: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b"EHLO me\nMAIL FROM:<a@b.example>\nQUIT\n"))
    assert main(["session", config, "--trace", "-"]) == 0
    shown = capsys.readouterr().out
    assert "C QUIT\nS 221 mail.example closing connection\n" in shown
    assert "> host in helo_verify_hosts? no (option unset)\n" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.conf", "--rcpt", "a@b", "mail.eml"],
        ["{config}", "--rcpt", "a@b", "nowhere.eml"],
        ["{config}", "{mail}"],
        ["{config}", "--rcpt", "a@b"],
        ["{config}", "--host", "x", "--rcpt", "a@b", "{mail}"],
    ],
)
def test_usage_errors(words: list[str], config: str, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["session", *(word.format(config=config, mail=mail) for word in words)]) == 2
    assert capsys.readouterr().err.startswith("exim-lang: ")


def test_what_cannot_be_known_is_an_error(tmp_path: Path, mail: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "exim.conf"
    path.write_text("acl_smtp_connect = c\nbegin acl\nc:\n  deny dnslists = list.example\n  accept\n")
    assert main(["session", str(path), "--host", "192.0.2.1", "--rcpt", "a@b.example", mail]) == 2
    assert "1.2.0.192.list.example" in capsys.readouterr().err


def test_bh(config: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    feed = b"EHLO me|MAIL FROM:<a@b.example>|RCPT TO:<bad@here.example>|RCPT TO:<joe@here.example>|DATA|Subject: x|.|QUIT|"
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", Stdin(feed.replace(b"|", b"\n")))
        assert main(["exim", "-C", config, "-bh", "192.0.2.1.1234"]) == 0
    out, err = capfdbinary.readouterr()
    assert out.startswith(b"\n**** SMTP testing session as if from host 192.0.2.1\n**** but without any ident")
    assert b"**** This is not for real!\n\n220 mail.example ESMTP Exim 4.99" in out
    assert b"550 no bad\r\n250 Accepted\r\n354 " in out
    assert b"\n**** SMTP testing: that is not a real message id!\n\n221 mail.example closing connection\r\n" in out
    assert b'>>> using ACL "check_rcpt"\n' in err
    assert b"LOG: H=(me) [192.0.2.1] F=<a@b.example> rejected RCPT <bad@here.example>: no bad\n" in err


def test_bh_needs_an_address(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exim", "-C", config, "-bh", "host.example"]) == 1
    assert capsys.readouterr().err == 'exim abandoned: "host.example" is not an IP address\n'


def test_include_loop(tmp_path: Path) -> None:
    """A loop of .include is refused with Exim's words, and called one."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(f".include {second}\n")
    second.write_text(f".include {first}\n")
    with pytest.raises(UsageError, match=r"failed to open included configuration file .* \(it includes itself"):
        sound_config(str(first))
