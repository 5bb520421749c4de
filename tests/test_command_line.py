"""The program from outside: what it prints and returns, and that bad input is never more than an error with its place."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exim_lang.cli.main import COMMANDS, main

ROOT = Path(__file__).parent.parent
SITE = ROOT / "examples" / "small-site"


def run(*words: str, feed: bytes = b"", timeout: float = 20) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "exim_lang", *words], input=feed, capture_output=True, timeout=timeout, cwd=ROOT, check=False
    )


def include_loop(folder: Path) -> bytes:
    return f".include {folder}/exim.conf\n".encode()


BAD: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "binary junk": (lambda _: bytes(range(256)) * 20, "exim.conf:"),
    "a BOM": (lambda _: b"\xef\xbb\xbfprimary_hostname = x\n", "exim.conf:1:1: found unexpected BOM"),
    "an include loop": (include_loop, "exim.conf:1:10: "),
    "an open .ifdef": (lambda _: b".ifdef X\nqualify_domain = x\n", "exim.conf:1:1: Unexpected end of configuration file"),
    "a long line": (lambda _: b"zork = " + b"x" * 10_000_000 + b"\n", 'exim.conf:1:1: main option "zork" unknown'),
    "a macro in itself": (lambda _: b"AA = AA AA AA\nzork = AA\n", 'exim.conf:2:1: main option "zork" unknown'),
    "macros in a circle": (lambda _: b"AA = BB\nBB = AA\nzork = AA\n", 'exim.conf:3:1: main option "zork" unknown'),
    "no newline": (lambda _: b"begin acl\nx:\n  zork", "exim.conf:3:3: "),
}


@pytest.mark.parametrize("command", [["session"], ["config"], ["expand", "--config"]], ids=lambda words: words[0])
@pytest.mark.parametrize("name", BAD)
def test_bad_files(name: str, command: list[str], tmp_path: Path) -> None:
    make, said = BAD[name]
    path = tmp_path / "exim.conf"
    path.write_bytes(make(tmp_path))
    done = run(*command, str(path), *(["$primary_hostname"] if command[0] == "expand" else []))
    assert done.returncode == 2, done
    assert said in done.stderr.decode("utf-8")
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["session"], ["config"], ["exim", "-bV", "-C"]], ids=lambda words: words[0])
def test_no_file(command: list[str], tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none", b"No such file or directory"), (tmp_path, b"is a directory")):
        done = run(*command, str(path))
        assert (done.returncode, said in done.stderr, b"Traceback" in done.stderr) == (2, True, False), done


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("exim-lang ")
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)
    assert main([]) == 2
    assert main(["zork"]) == 2
    assert "unknown command 'zork'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "exim"])
def test_help_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "examples:" in capsys.readouterr().out


def test_expand() -> None:
    done = run("expand", "--set", "local_part=Bob", "${lc:$local_part}", "plain")
    assert (done.returncode, done.stdout) == (0, b"bob\nplain\n")
    done = run("expand", "ab ${foo:x}")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        '<string>:1:4: unknown expansion operator "foo"',
        "  ab ${foo:x}",
        "     ^^^^^^^^",
    ]
    done = run("expand", "--json", "${lc:AB}", "${lc:")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == {"string": "${lc:AB}", "value": "ab", "tainted": False}
    assert second["error"] == "missing } at end of string"


def test_expand_trace() -> None:
    done = run("expand", "--trace", "${if eq{a}{b}{${lc:X}}{${uc:y}}}")
    assert done.stdout.decode().splitlines() == [
        "${if eq{a}{b}{${lc:X}}{${uc:y}}}",
        '└─ ${if eq{a}{b}{${lc:X}}{${uc:y}}} = "Y"',
        "   ├─ eq{a}{b} = false",
        '   └─ ${uc:y} = "Y"',
        "Y",
    ]


def test_nothing_is_done(tmp_path: Path) -> None:
    """A closed world says what it was asked for, and how to answer."""
    path = tmp_path / "exim.conf"
    path.write_text(f"acl_smtp_rcpt = ${{run{{/bin/touch {tmp_path}/made}}}}accept\nhost_lookup =\n")
    done = run("session", str(tmp_path / "exim.conf"), "--rcpt", "a@b.example", str(SITE / "hello.eml"))
    assert done.returncode == 2
    assert b"--fixtures" in done.stderr
    assert not (tmp_path / "made").exists()


def test_the_example_of_the_readme() -> None:
    words = ["--host", "198.51.100.20", "--helo", "mail.partner.example", "--from", "dave@partner.example"]
    words += ["--rcpt", "alice@example.org", "--rcpt", "zoe@example.org"]
    done = run("session", "examples/small-site/exim.conf", *words, "examples/small-site/hello.eml")
    assert done.returncode == 1
    assert b"S 550 no such user here" in done.stdout
    assert b"examples/small-site/exim.conf:71:3" in done.stdout
    done = run("session", "examples/small-site/exim.conf", *words[:-2], "examples/small-site/program.eml")
    assert b"S 550 We do not take programs by mail (exe)" in done.stdout


def test_macros_in_what_be_reads(tmp_path: Path) -> None:
    """Those of the configuration and Exim's own are replaced, and lines can define more; the real Exim says the same."""
    config = tmp_path / "exim.conf"
    config.write_text("primary_hostname = x\nFOO = bar\n")
    feed = b"FOO x\nX = 5\nX y\n${lc:_HAVE_IPV6}\nX = 6\nX == 7\nX\nHello there\nY=${lc:A}\nY\n"
    done = run("exim", "--exim-version", "4.96", "-C", str(config), "-be", feed=feed)
    exim = shutil.which("exim4") or "/usr/sbin/exim4"
    theirs = subprocess.run([exim, "-C", str(config), "-be"], input=feed, capture_output=True, check=False)
    assert done.stdout == theirs.stdout
    assert done.stderr.count(b"Exim configuration error") == theirs.stderr.count(b"Exim configuration error") == 2
    words = ["FOO", "Z=3", "Z"]
    done = run("exim", "--exim-version", "4.96", "-C", str(config), "-be", *words)
    theirs = subprocess.run([exim, "-C", str(config), "-be", *words], capture_output=True, check=False)
    assert done.stdout == theirs.stdout == b"bar\nDefined macro 'Z'\n3\n"
