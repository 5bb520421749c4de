"""The expansion prompt: what is typed and answered."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from exim_lang.errors import UsageError
from exim_lang.repl.commands import COMMANDS, Quit, is_command, run_command
from exim_lang.repl.context import latin
from exim_lang.repl.history import history_file, open_history
from exim_lang.repl.prompt import goes_on, interact
from exim_lang.repl.workbench import Workbench, unfinished
from tests.repl_bench import CONFIG, MAIL, shown, workbench

ENTER, F1, CTRL_D, CTRL_C, ALT_ENTER = "\r", "\x1bOP", "\x04", "\x03", "\x1b\r"


@pytest.fixture
def bench() -> Workbench:
    return workbench("--config", CONFIG, "--message", MAIL)


def typed(bench: Workbench, keys: str) -> list[str]:
    """What is shown while `keys` are typed at the prompt."""
    said: list[str] = []
    with create_pipe_input() as pipe:
        pipe.send_text(keys + CTRL_D)
        assert interact(bench, InMemoryHistory(), input=pipe, output=DummyOutput(), say=said.append) == 0
    return said


# ---- the prompt


@pytest.mark.parametrize(
    "keys, said",
    [
        ("${lc:ABC}" + ENTER, ["abc"]),
        ("${if eq{a}{a}" + ENTER + "{yes}" + ENTER + "{no}}" + ENTER, ["yes"]),
        ("${lc:A" + ENTER + "B}" + ENTER, ["a\nb"]),
        ("${lc:A \\" + ENTER + "   B}" + ENTER, ["a b"]),
        ("a" + ALT_ENTER + "b" + ENTER, ["a\nb"]),
        (ENTER + "  " + ENTER + "x" + ENTER, ["x"]),
        ("${lc:x" + CTRL_C + "y" + ENTER, ["y"]),
        ("$qualify_domain \u00e4" + ENTER, ["mx.example.org \u00e4"]),
        ("FOO=bar" + ENTER + "${uc:FOO} DOM" + ENTER, ["Defined macro 'FOO'", "BAR example.org"]),
        ("set acl_m_x = ${lc:Y}" + ENTER + "$acl_m_x" + ENTER, ["variable acl_m_x set", "y"]),
        (":quit" + ENTER + "not read" + ENTER, []),
        ("${acl{greet}{YOU}}" + ENTER, ["hello you"]),
        ("$h_subject:" + ENTER, ["Hi there"]),
        (":fail: is a string" + ENTER, [":fail: is a string"]),
    ],
)
def test_typing(bench: Workbench, keys: str, said: list[str]) -> None:
    assert typed(bench, keys) == said


def test_an_empty_line_ends_what_cannot_be_finished(bench: Workbench) -> None:
    (said,) = typed(bench, "${lc:a" + ENTER + ENTER)
    assert "missing } at end of string" in said


def test_f1_explains_the_name_at_the_cursor(bench: Workbench) -> None:
    assert typed(bench, "${substr_1_2" + F1 + CTRL_C)[0].startswith("substr: expansion operator\n")
    assert typed(bench, "hello" + F1 + CTRL_C) == ["There is no name at the cursor that Exim knows."]


def test_the_caret_is_under_the_place(bench: Workbench) -> None:
    (said,) = shown(bench, "x ${lc:a} ${zork:b}")
    message, line, caret = said.split("\n")
    assert message == 'input:1:11: unknown expansion operator "zork"'
    assert line[caret.index("^") : caret.rindex("^") + 1] == "${zork:b}"


def test_the_caret_after_continued_lines_and_macros(bench: Workbench) -> None:
    (said,) = shown(bench, "abc \\\n   DOM ${zork:b}")
    message, line, caret = said.split("\n")
    assert message.startswith("input:2:8:")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "${zork:b}"


def test_a_closed_world_tells_what_would_answer(bench: Workbench) -> None:
    (said, stub, way) = shown(bench, "${run{/bin/true}}")
    assert 'run "/bin/true"' in said
    assert "fixture" in stub
    assert way.endswith(":allow run")


def test_values_cannot_disturb_the_terminal(bench: Workbench) -> None:
    assert shown(bench, "a\\x1b[31m\\tb\\xff") == ["a\\x1b[31m\tb\\xff"]


# ---- when a string is finished


@pytest.mark.parametrize(
    "text, more",
    [
        ("${lc:abc", True),
        ("${lc:abc}", False),
        ("${if eq{a}{b}{yes}", True),
        ("${if", True),
        ("${if !", True),
        ("${if and{{eq{a}{b}}", True),
        ("${lookup{x} lsearch", True),
        ("${lookup{x} ", True),
        ("${map{a}{b}", True),
        ("${if forany{a}{eq{a}{b}}", True),
        ("text \\", True),
        ("text", False),
        ("a }", False),
        ("${if eq{a}{b}x", False),
        ("${zork{a", False),
        ("$h_x: ${uc:", True),
    ],
)
def test_unfinished(text: str, more: bool) -> None:
    assert unfinished(text) is more
    assert goes_on(text, text) is more


@given(st.text(st.sampled_from("${}abif eqlcn:\\! \n"), max_size=30))
def test_whatever_is_typed_ends_after_an_empty_line(text: str) -> None:
    assert unfinished(latin(text)) in (True, False)
    assert not goes_on(text + "\n", "")


# ---- commands


def test_every_command_has_help(bench: Workbench) -> None:
    said = run_command(bench, ":help")
    for command in COMMANDS.values():
        assert command.text.endswith(".")
        assert command.usage in said


@pytest.mark.parametrize(
    "lines, last",
    [
        ([":set sender_host_address=192.0.2.1", "$sender_host_address"], ["192.0.2.1"]),
        ([":set $domain = a b ", "<$domain>"], ["<a b>"]),
        ([":set domain==t x", ":taint on", "$domain"], ["=t x", "(untainted)"]),
        ([":set domain =t x", ":taint on", "$domain"], ["x", "(tainted)"]),
        ([":set domain =t x", ":taint on", "${quote_mysql:$domain}"], ["x", "(tainted, quoted for mysql)"]),
        ([":set domain=x", ":set"], ["domain = x"]),
        ([":set 2=x", ":set item =t y", "<$1$2> $item ${map{a:b}{$item}}"], ["<x> y a:b"]),
        ([":set 2=x", ":set item =t y", ":set value=z", f":load {CONFIG}", ":set"], ["2 = x\nitem =t y\nvalue = z"]),
        ([":set 1=x", ":unset 1", ":set"], ["nothing is set"]),
        ([":set domain=x", ":unset domain", "<$domain>"], ["<>"]),
        ([":session host=192.0.2.7 helo=foo from=<a@b.c> rcpt=Joe@X.y", "$sender_fullhost $sender_address $local_part@$domain"],
         ["(foo) [192.0.2.7] a@b.c joe@x.y"]),
        ([":session host=192.0.2.7", ":session"], ["host=192.0.2.7"]),
        ([":session"], ["nobody is connected"]),
        ([":session host=192.0.2.7 name=a.example", "$sender_fullhost $sender_ident"], ["a.example [192.0.2.7] "]),
        ([":trace on", "${lc:${uc:a}}"], ['└─ ${lc:${uc:a}} = "a"', '   └─ ${uc:a} = "A"', "a"]),
        ([":trace on", ":trace off", "${lc:A}"], ["a"]),
        ([":allow redis,run", ":allow mysql"], ["allowed: mysql, redis, run"]),
        ([":allow"], ["allowed: nothing"]),
        ([":oracle"], ["off"]),
        ([f":load {CONFIG}"], [f"{CONFIG}: 3 named lists, 2 ACLs, 0 routers"]),
        ([f":message '{MAIL}'"], ["5 header lines, 5 bytes of body"]),  # with Date: and From:, as Exim adds them
        ([":set domain=x", f":load {CONFIG}", "$domain DOM"], ["x example.org"]),
        ([f":message {MAIL}", f":load {CONFIG}", "$h_x-odd:"], ["1"]),
        ([":session host=192.0.2.7", f":load {CONFIG}", "$sender_host_address"], ["192.0.2.7"]),
        (["set acl_c0 = 5", f":load {CONFIG}", "$acl_c0"], ["5"]),
    ],
)  # fmt: skip
def test_commands(lines: list[str], last: list[str]) -> None:
    assert shown(workbench(), *lines) == last


@pytest.mark.parametrize(
    "line, complaint",
    [
        (":bogus", "no command :bogus"),
        (":set nonsense", "NAME=VALUE"),
        (":set zork=1", "no variable $zork"),
        (":unset domain", "not set"),
        (":set 99=x", "no more than"),
        (":load", "which file"),
        (":load /nowhere/at/all", "No such file"),
        (":message /nowhere/at/all", "No such file"),
        (":session host=1.2.3", "not an IP address"),
        (":session zork=1", "unknown setting"),
        (":session zork", "NAME=VALUE"),
        (":session host='", "quotation"),
        (":trace maybe", "on, off or json"),
        (":taint maybe", "on or off"),
        (":allow zork", "zork"),
        (":explain", "explain what"),
        (":explain zork", "nothing in Exim is called zork"),
        (":oracle /nowhere/at/all", "no such program"),
    ],
)
def test_mistakes_in_commands(bench: Workbench, line: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_command(bench, line)
    assert complaint in caught.value.message
    assert complaint in shown(bench, line)[0]


def test_quit(bench: Workbench) -> None:
    with pytest.raises(Quit):
        run_command(bench, ":quit")


def test_what_is_no_command() -> None:
    assert not is_command(":fail: x")
    assert not is_command(" :help")
    assert not is_command(": a : b")


def test_trace_as_json(bench: Workbench) -> None:
    (line,) = shown(bench, ":trace json", "${lc:A}")
    assert json.loads(line)["result"] == "a"


def test_a_refused_configuration_is_loaded_and_told_of(bench: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "bad.conf"
    path.write_text("zork = 1\nprimary_hostname = x.example\n")
    (said,) = shown(bench, f":load {path}")
    assert f'{path}:1:1: main option "zork" unknown' in said
    assert shown(bench, "$primary_hostname") == ["x.example"]


# ---- the oracle


@pytest.fixture
def asked() -> Workbench:
    bench = workbench("--exim-version", "4.96", "--config", CONFIG, "--message", MAIL)
    assert shown(bench, ":oracle exim4") == []
    return bench


@pytest.mark.parametrize(
    "line",
    [
        "${lc:ABC} $h_subject: DOM $primary_hostname",
        "${zork:x}",
        "-x ${uc:a}",
        "${if match_domain{DOM}{+local_domains}{y}{n}}",
    ],
)
def test_the_oracle_agrees(asked: Workbench, line: str) -> None:
    assert not any("oracle" in said for said in shown(asked, line))


def test_the_oracle_knows_the_client(asked: Workbench) -> None:
    assert shown(
        asked,
        ":session host=192.0.2.7.99 from=a@b.c name=n.example protocol=local-x",
        "$sender_host_address $sender_host_port $sender_address $sender_host_name $received_protocol",
    ) == ["192.0.2.7 99 a@b.c n.example local-x"]


def test_the_oracle_disagrees(asked: Workbench) -> None:
    said = shown(asked, ":set domain=here", "<$domain>")
    assert said[0] == "<here>"
    assert said[1] == "the oracle says something else:"
    assert said[2].split() == ["here", '"<here>"']
    assert said[3].split() == [asked.oracle and asked.oracle.path, '"<>"']


def test_an_oracle_that_does_not_answer(asked: Workbench, tmp_path: Path) -> None:
    assert shown(asked, f":oracle {sys.executable}", "${lc:A}")[0] == "a"
    assert "does not answer" in shown(asked, "${lc:A}")[1]


# ---- around it


def test_the_history_is_private(tmp_path: Path) -> None:
    path = history_file({"XDG_STATE_HOME": str(tmp_path)})
    assert history_file({"HOME": "/srv/x"}) == Path("/srv/x/.local/state/exim-lang/repl-history")
    history = open_history(path)
    assert isinstance(history, FileHistory)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert isinstance(open_history(Path(MAIL) / "x"), InMemoryHistory)


def run(*words: str, lines: bytes) -> bytes:
    code = "import sys; from exim_lang.cli.main import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", code, *words], input=lines, stdout=subprocess.PIPE, check=True).stdout


def test_a_pipe_is_answered_as_be_does() -> None:
    lines = b"${lc:ABC}\n\n${zork:x}\nset acl_m0 = 1\n$acl_m0 \xff\n${if eq{a}{a}\\\n  {y}{n}}\n:help\n${lc:"
    assert run("repl", "--config", CONFIG, lines=lines) == run("exim", "-C", CONFIG, "-be", lines=lines)
    assert run("repl", "--set", "domain=x", "--message", MAIL, lines=b"$domain $h_subject:\n") == b"> x Hi there\n> \n"


def test_a_pipe_needs_no_terminal_library() -> None:
    code = (
        "import sys; from exim_lang.cli.main import main; main(['repl'])\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in ('prompt_toolkit', 'pygments')]\n"
        "sys.exit(bool(bad))"
    )
    subprocess.run([sys.executable, "-c", code], input=b"${lc:A}\n", stdout=subprocess.PIPE, check=True)


def test_from_a_checkout() -> None:
    script = Path(__file__).parent.parent / "repl.py"
    done = subprocess.run([sys.executable, str(script)], input=b"${lc:A}\n", stdout=subprocess.PIPE, check=True)
    assert done.stdout == b"> a\n> \n"


@pytest.fixture(autouse=True)
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
