"""The expansion prompt: what is typed, answered, completed, explained."""

from __future__ import annotations

import argparse
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from exim_lang.cli.repl import FromOptions, arguments
from exim_lang.cli.scope_options import config_of, scope_of
from exim_lang.errors import UsageError
from exim_lang.model.dialect import dialect_for, history
from exim_lang.model.facts.table import rows
from exim_lang.repl.commands import COMMANDS, Quit, is_command, run_command
from exim_lang.repl.completion import suggestions
from exim_lang.repl.context import entries_at, latin
from exim_lang.repl.documentation import KINDS, Kind, describe, find, names
from exim_lang.repl.history import history_file, open_history
from exim_lang.repl.prompt import EximCompleter, goes_on, interact, respond
from exim_lang.repl.show import Painter
from exim_lang.repl.workbench import Workbench, unfinished

CASES = Path(__file__).parent / "cases" / "repl"
CONFIG = str(CASES / "exim.conf")
MAIL = str(CASES / "mail.eml")
ENTER, F1, CTRL_D, CTRL_C, ALT_ENTER = "\r", "\x1bOP", "\x04", "\x03", "\x1b\r"


def workbench(*words: str) -> Workbench:
    parser = argparse.ArgumentParser()
    arguments(parser)
    options = parser.parse_args(words)
    config = config_of(options)
    return Workbench(FromOptions(options), config, scope_of(options, config), message_path=options.message or "")


@pytest.fixture
def bench() -> Workbench:
    return workbench("--config", CONFIG, "--message", MAIL)


def shown(bench: Workbench, *lines: str) -> list[str]:
    """What the last of the lines shows."""
    for line in lines[:-1]:
        respond(bench, line, Painter(False))
    return respond(bench, lines[-1], Painter(False))


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
        ("${lc:A \\" + ENTER + "   B}" + ENTER, ["a B".lower()]),
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
        ([f":message '{MAIL}'"], ["3 header lines, 5 bytes of body"]),
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


# ---- completion


def suggested(bench: Workbench, text: str) -> dict[str, str]:
    return {found.name: text[: len(text) - found.replaced] + found.text for found in suggestions(text, bench)}


@pytest.mark.parametrize(
    "text, name, result",
    [
        ("${l", "lc", "${lc:"),
        ("${l", "lookup", "${lookup{"),
        ("${i", "if", "${if "),
        ("${local_p", "local_part", "${local_part}"),
        ("${quote_my", "quote_mysql", "${quote_mysql:"),
        ("a $sender_h", "sender_host_name", "a $sender_host_name"),
        ("$h", "h_", "$h_"),
        ("$h_s", "Subject", "$h_Subject:"),
        ("${lc:$rh_x-", "X-Odd", "${lc:$rh_X-Odd:"),
        ("${if def:h_x", "X-Odd", "${if def:h_X-Odd:"),
        ("${if def:loc", "local_part", "${if def:local_part"),
        ("${if e", "eq", "${if eq{"),
        ("${if !e", "exists", "${if !exists{"),
        ("${if and{{def:domain}{m", "match", "${if and{{def:domain}{match{"),
        ("${if ", "==", "${if == {"),
        ("${filter{a:b}{", "eq", "${filter{a:b}{eq{"),
        ("${lookup{x} ", "lsearch", "${lookup{x} lsearch{"),
        ("${lookup{x} partial2-ls", "lsearch", "${lookup{x} partial2-lsearch{"),
        ("${lookup{x} p", "partial-", "${lookup{x} partial-"),
        ("${lookup d", "dnsdb", "${lookup dnsdb{"),
        ("${if match_domain{x}{+l", "local_domains", "${if match_domain{x}{+local_domains"),
        ("${if match_domain{x}{a : !+", "relay_domains", "${if match_domain{x}{a : !+relay_domains"),
        ("${if match_ip{x}{+", "relay_hosts", "${if match_ip{x}{+relay_hosts"),
        ("${listnamed:", "relay_hosts", "${listnamed:relay_hosts"),
        ("${listnamed_d:r", "relay_domains", "${listnamed_d:relay_domains"),
        ("${acl{g", "greet", "${acl{greet"),
        ("${if acl{{ch", "check_rcpt", "${if acl{{check_rcpt"),
        ("x D", "DOM", "x DOM"),
        ("_HAVE_IP", "_HAVE_IPV6", "_HAVE_IPV6"),
        (":he", "help", ":help"),
        (":lo", "load", ":load "),
        (":trace j", "json", ":trace json"),
        (":explain subs", "substr", ":explain substr"),
        (":set sender_host_a", "sender_host_address", ":set sender_host_address="),
        (":allow dns re", "redis", ":allow dns redis"),
        (":session host=1.2.3.4 he", "helo=", ":session host=1.2.3.4 helo="),
        (f":load {CASES}/ex", f"{CASES}/exim.conf", f":load {CASES}/exim.conf"),
    ],
)
def test_completion(bench: Workbench, text: str, name: str, result: str) -> None:
    assert suggested(bench, text).get(name) == result


@pytest.mark.parametrize(
    "text, name",
    [
        ("${if match_ip{x}{+", "local_domains"),
        ("${lookup{x} d", "dnsdb"),
        ("${lookup l", "lsearch"),
        ("${listnamed_h:", "local_domains"),
        ("${if eq{x}{", "eq"),
        ("plain e", "eq"),
        ("$", "lc"),
    ],
)
def test_what_is_not_suggested(bench: Workbench, text: str, name: str) -> None:
    assert name not in suggested(bench, text)


def test_completion_follows_the_dialect() -> None:
    assert "xtextd" not in suggested(workbench("--exim-version", "4.94"), "${xt")
    assert "xtextd" in suggested(workbench(), "${xt")
    assert "list-id" in {name.lower() for name in suggested(workbench(), "$h_l")}


def test_completions_at_the_prompt(bench: Workbench) -> None:
    document = Document("${ipv6d", 7)
    (found,) = EximCompleter(bench).get_completions(document, CompleteEvent())
    assert (found.text, found.start_position, found.display_text) == ("ipv6denorm:", -5, "ipv6denorm")
    assert found.display_meta_text.endswith(".")


@given(st.text(st.sampled_from("${}abif eqlookupdn:+\\!:ADO_h \n\u00e9"), max_size=25))
def test_completion_never_fails(text: str) -> None:
    for found in suggestions(text, SHARED):
        assert found.text.lower().startswith(text[len(text) - found.replaced :].lower())
    entries_at(text, len(text) // 2, SHARED.config.dialect)


SHARED = workbench("--config", CONFIG)


# ---- documentation


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_has_a_sentence(kind: Kind) -> None:
    for name in names(kind):
        entry = describe(kind, name, dialect_for())
        assert entry is not None
        assert entry.text.endswith("."), f"{kind} {name}: {entry.text!r}"
        assert name in entry.shape
        assert "chapter" in entry.page()


def test_every_description_is_of_a_name() -> None:
    for row in rows("descriptions"):
        assert history(row["kind"], row.name) is not None, row.name
        assert row["shape"] or row["text"]


@pytest.mark.parametrize(
    "text, title",
    [
        ("${lc|:x}", "lc: expansion operator"),
        ("${local_p|art}", "local_part: variable"),
        ("${local_p|art:x}", "local_part: expansion operator"),
        ("$local_p|art", "local_part: variable"),
        ("${substr_1|_2:abc}", "substr: expansion operator"),
        ("${subs|tr{1}{2}{abc}}", "substr: expansion item"),
        ("${if e|q{a}{b}}", "eq: expansion condition"),
        ("${if !de|f:domain}", "def: expansion condition"),
        ("${if def:dom|ain}", "domain: variable"),
        ("${lookup{x} lsear|ch{/y}}", "lsearch: lookup type"),
        ("${length{3}{|", "length: expansion item"),
        ("${if match{a}{|", "match: expansion condition"),
        ("${lookup{x} lsearch{|", "lsearch: lookup type"),
        ("$acl_m_f|oo", "acl_m_foo: variable"),
        ("$|1", "1: variable"),
        ("$h_sub|ject:", "h_subject: variable"),
        (":explain uc|", "uc: expansion operator"),
    ],
)
def test_the_name_at_the_cursor(text: str, title: str) -> None:
    before, _, behind = text.partition("|")
    entries = entries_at(before + behind, len(before), dialect_for())
    assert entries
    assert entries[0].page().split("\n")[0] == title


def test_explain_tells_versions_and_taint() -> None:
    (bless,) = find("bless", dialect_for())
    assert "Since 4.94, removed in 4.95." in bless.page()
    assert "does not have it" in bless.page()
    assert "NOT IN THIS VERSION" in bless.line()
    (base64,) = find("strlen", dialect_for())
    assert "never tainted" in base64.page()
    assert [entry.kind for entry in find("local_part", dialect_for())] == ["operator", "variable"]
    assert "Now" in shown(workbench("--set", "domain=x"), ":explain $domain")[0]


# ---- around it


def test_the_history_is_private(tmp_path: Path) -> None:
    path = history_file({"XDG_STATE_HOME": str(tmp_path)})
    assert history_file({"HOME": "/home/x"}) == Path("/home/x/.local/state/exim-lang/repl-history")
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
