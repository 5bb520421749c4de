"""The structure of configuration files: nodes, Exim's messages, and the way back to text."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exim_lang.errors import Problem
from exim_lang.source.read import read_config, read_text
from exim_lang.source.text import Text
from exim_lang.syntax.config import parse_config, parse_setting, unparse
from exim_lang.syntax.config_nodes import (
    AclSection,
    ConfigFile,
    Driver,
    DriverSection,
    NamedList,
    RetryParameter,
    RetryRule,
    RetrySection,
    RewriteRule,
    RewriteSection,
    Setting,
)
from exim_lang.syntax.times import read_fixed, read_time


def text(string: str) -> Text:
    return Text.literal(string)


def parse(string: str) -> tuple[ConfigFile, list[Problem]]:
    source = read_text(string)
    tree, problems = parse_config(source)
    return tree, sorted(source.problems + problems, key=source.position)


SETTINGS = {
    "a = b c": Setting("a", text("b c")),
    "a=": Setting("a", text("")),
    "a == b": Setting("a", text("= b")),
    "a": Setting("a"),
    "no_a": Setting("a", None, "no_"),
    "not_a x": Setting("a", None, "not_", rest=text("x")),
    "a-b = c": Setting("a", rest=text("-b = c")),
    "a: b": Setting("a", rest=text(": b")),
    "hide a = b": Setting("a", text("b"), hidden=True),
    "hide hide a = b": Setting("hide", hidden=True, rest=text("a = b")),
    "hide": Setting("", hidden=True),
    "hide_a = b": Setting("hide_a", text("b")),
    'a = "b \\" c"': Setting("a", text('"b \\" c"')),
    "domainlist a = b : c": NamedList("domain", "a", text("b : c")),
    "hide hostlist_cache 9a=": NamedList("host", "9a", text(""), cached=True, hidden=True),
    "addresslist = b": NamedList("address", "", text("b")),
    "localpartlist\ta = b": NamedList("localpart", "a", text("b")),
}


@pytest.mark.parametrize("line", SETTINGS)
def test_lines_of_the_main_section(line: str) -> None:
    assert parse_setting(read_text(line + "\n").lines[0]) == SETTINGS[line]


def test_sections() -> None:
    tree, problems = parse(
        "begin ACLs\na:\n  accept\nFOO = x\nb:\n  deny\nbegin router\nr1:\n driver = accept\n no_more\nBAR = y\nr2 :\n"
        'begin rewrite\n*@a "b c" qh\nbegin retry\n* quota_7d senders="a : b" f,1h,5m; G,1d12h,1h,1.5\n'
    )
    acl, routers, rewrite, retry = tree.sections
    assert isinstance(acl, AclSection)
    assert [line.text.string for line in acl.lines] == ["a:", "accept", "b:", "deny"]
    assert routers == DriverSection(
        "router", (Driver("r1", (Setting("driver", text("accept")), Setting("more", None, "no_"))), Driver("r2"))
    )
    assert rewrite == RewriteSection((RewriteRule(text("*@a"), text("b c"), "qh"),))
    parameters = (RetryParameter("F", 3600, 300), RetryParameter("G", 129600, 3600, 1500))
    assert retry == RetrySection((RetryRule(text("*"), text("quota_7d"), text("a : b"), parameters),))
    assert [problem.message for problem in problems] == []


ERRORS = {
    "9a = b": "option setting expected: 9a = b",
    "domainlist": "unrecognized configuration line",
    "hostlistx a = b": "unrecognized configuration line",
    "domainlist a-b = c": "missing '=' after \"a\"",
    "begin foo bar": '"foo bar" is not a known configuration section name',
    "begin acl\nbegin ACLs": '"ACLs" section is repeated in the configuration file',
    "begin acl\nFOO = x\naccept": "missing or malformed ACL name",
    "begin routers\nfoo": "router name missing",
    "begin transports\n9a:": "transport name missing",
    "begin authenticators\na: b": "extra characters follow driver name a",
    "begin routers\na:\n9b:": "option setting expected: 9b:",
    "begin routers\na:\na:": 'there are two routers called "a"',
    "begin rewrite\na": "missing rewrite replacement string",
    'begin rewrite\n"a b': "missing rewrite replacement string",
    "begin rewrite\na b X": "unknown rewrite flag character 'X' (could be missing quotes round replacement item)",
    "begin rewrite\na b S": "rewrite rule has the S flag but is not a regular expression",
    "begin retry\n*": "missing error type in retry rule",
    "begin retry\n* foo": 'unknown or malformed retry error "foo"',
    "begin retry\n* auth": 'unknown or malformed retry error "auth"',
    "begin retry\n* quota_xx": "bad time value",
    "begin retry\n* refused_X": 'A or MX expected after "refused"',
    "begin retry\n* timeout_X": '"A", "MX", or "connect" expected after "timeout"',
    "begin retry\n* rcpt_4aa": "rcpt_4 must be followed by xx, dx, or dd, where x is literal and d is any digit",
    "begin retry\n* * senders:": '"=" expected after "senders" in retry rule',
    "begin retry\n* * X,1h": "unknown retry rule letter",
    "begin retry\n* * F,1h": "comma expected",
    "begin retry\n* * F,1h ,1m": "comma expected",
    "begin retry\n* * F,1.5h,1m": "comma or semicolon expected",
    "begin retry\n* * F,1h,1": "bad parameters for retry rule",
    "begin retry\n* * G,1h,1m,0.5": "bad parameters for retry rule",
    "begin retry\n* * F,1h,1m x": "semicolon expected",
}


@pytest.mark.parametrize("string", ERRORS)
def test_errors_are_those_of_exim(string: str, tmp_path: Path) -> None:
    problem = parse(string + "\n")[1][0]
    assert problem.message == ERRORS[string]
    assert ask_exim(tmp_path / "conf", string + "\n") in (
        (problem.message, problem.exim_line),
        ("no driver defined for router \"a\"", 0),  # the model's to say; Exim says it first
    )


def ask_exim(path: Path, content: str, *arguments: str) -> tuple[str, int] | None:
    """The message and the line with which Exim refuses a configuration; None when it takes it."""
    exim = shutil.which("exim4", path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert exim, "the tests compare with Exim: install exim4"
    path.write_text(content, encoding="latin-1")
    run = subprocess.run([exim, "-C", str(path), *arguments, "-bV"], capture_output=True, check=False, timeout=20)
    output = (run.stdout + run.stderr).decode("latin-1")
    found = re.search(r"Exim configuration error(?: in line (\d+) of .*?)?:\n  (.*)", output)
    return (found[2], int(found[1] or 0)) if found else None


FRAGMENTS = r"""
FOO = a
FOO == b
BAR = c
BAR=FOO
FOOBAR = d
FOO
FOO bar
smtp_banner = FOO
helo_allow_chars = BAR FOO
# comment
  # FOO comment \

.ifdef FOO
.ifdef BAR
.ifndef FOO
.elifdef BAR
.elifndef FOO
.else
.endif
.endif
.endif
.endif foo
.endifx
.ifdef
.ifdeft
.include_if_exists /nonexistent/x
.include /nonexistent/x
.include_if_exists x
.includefoo
begin retry
begin rewrite
begin router
hide smtp_banner = FOO
hide hostlist d = x
begin foo
begin
begin  retry
domainlist a = b
hide hostlist c = x
addresslist e
localpartlist
hostlistx f = g
9foo
.foo
* * F,1h,1m
* quota_7d G,1h,1m,1.5
* FOO F,1h
*@a b
"*@a" "b c" h
^x y S
x y S
""".strip("\n").split("\n")
ENDINGS = ("", "", "", "", "", "\\", "\\ ", "\t", "\r", " # c", "\\\\")
READER = re.compile(
    "macro|redefine|configuration file|ifdef|nested|absolute path|setting expected|section name|repeated|name missing|"
    "unrecognized conf|missing '='|retry|rewrite|comma|semicolon"
)


def random_configuration(seed: int) -> str:
    chance = random.Random(seed)
    lines = [
        " " * chance.choice((0, 0, 2)) + chance.choice(FRAGMENTS) + chance.choice(ENDINGS)
        for _ in range(chance.randrange(1, 14))
    ]
    return "\n".join(lines) + chance.choice(("\n", "\n\n", "", "\\"))


@pytest.mark.parametrize("seed", range(60))
def test_random_files_are_refused_where_exim_refuses_them(seed: int, tmp_path: Path) -> None:
    content = random_configuration(seed)
    _, problems = parse(content)
    ours = (problems[0].message, problems[0].exim_line) if problems else None
    expected = ask_exim(tmp_path / "conf", content)
    if expected is None or READER.search(expected[0]):
        assert ours == expected, content
    else:  # an option that the model refuses: nothing that comes before it may be wrong
        assert ours is None or ours[1] == 0 or ours[1] >= expected[1], content


@pytest.mark.parametrize("seed", range(300))
def test_text_made_of_a_tree_gives_the_same_tree(seed: int) -> None:
    tree, _ = parse(random_configuration(seed))
    assert parse(unparse(tree))[0] == tree


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_anything_gives_a_tree_or_problems(string: str) -> None:
    for section in ("", "begin routers\na:\n", "begin rewrite\n", "begin retry\n"):
        tree, _ = parse(section + string)
        assert parse(unparse(tree))[0] == tree


def test_the_configuration_of_debian() -> None:
    source = read_config("/var/lib/exim4/config.autogenerated")
    tree, problems = parse_config(source)
    assert problems == []
    assert source.problems == []
    assert len(tree.sections) == 6
    assert parse(unparse(tree))[0] == tree


@pytest.mark.parametrize(
    "string, seconds", [("1w2d", 777600), ("90m", 5400), ("1m1h", 3660), ("5", None), ("", None), ("1H", None)]
)
def test_times(string: str, seconds: int | None) -> None:
    assert read_time(string) == seconds


@pytest.mark.parametrize(
    "string, thousandths", [("1", 1000), ("1.", 1000), ("1.5555", 1555), (".5", 500), ("1.2x", None), ("", None)]
)
def test_fixed_point_numbers(string: str, thousandths: int | None) -> None:
    assert read_fixed(string) == thousandths
