"""Parts of strings that are evaluated once, and all that makes others be evaluated each time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand, parse
from exim_lang.expand.scope import Scope
from exim_lang.expand.steady import is_worth_keeping
from exim_lang.model.load import config_from_text
from exim_lang.world.opening import open_world

STEADY = [
    "${map{a:b}{<$item>}}",
    "${reduce{1:2:3}{0}{${eval:$value+$item}}}",
    "${sort{c:a:b}{lt}{$item}}",
    "${filter{a:b:c}{!eq{$item}{b}}}",
    "${if eq{a}{${lc:A}}{yes}{no}}",
    "${if forany{a:b}{eq{$item}{b}}{yes}}",
    "${map{a:b}{${map{c:d}{$item}}$item}}",
]
NOT_STEADY = [
    "${map{a:b}{$item$sender_address}}",
    "${map{$item}{x}}",
    "${map{a:b}{$value}}",
    "${reduce{$value}{}{x}}",
    "${filter{a:b}{match{$item}{a}}}",
    "${if def:item{yes}}",
    "${if eq{$tod_zulu}{}{yes}{no}}",
    "${map{a:b}{$h_subject:}}",
    "${map{a}{${lookup{$item}lsearch{/etc/passwd}}}}",
    "${map{a}{${randint:9}}}",
]


def scope() -> Scope:
    return Scope(config_from_text("primary_hostname = myhost.ex\n"), open_world())


@pytest.mark.parametrize("text", STEADY)
def test_steady(text: str) -> None:
    one = scope()
    (part,) = parse(text).parts
    assert is_worth_keeping(part, one.config.dialect)
    first = expand(text.encode(), one)
    assert expand(text.encode(), one) == first
    assert expand(text.encode(), scope()) == first


@pytest.mark.parametrize("text", NOT_STEADY)
def test_not_steady(text: str) -> None:
    parts = parse(text).parts
    assert not any(is_worth_keeping(part, scope().config.dialect) for part in parts)


def test_variables_set_by_name() -> None:
    one = scope()
    text = b"${map{a:b}{<$item>}}"
    assert expand(text, one) == b"<a>:<b>"
    one.variables["item"] = b"z"
    assert expand(text, one) == b"<z>:<z>"
    one.variables.clear()
    assert expand(text, one) == b"<a>:<b>"


def test_errors_are_raised_each_time() -> None:
    one = scope()
    for _ in range(2):
        with pytest.raises(ExpansionError, match="divide by zero"):
            expand(b"${map{1:0}{${eval:1/$item}}}", one)


LINES = r"""
$acl_m_x
set acl_m_x = 1
$acl_m_x
${map{a:b}{<$item>$acl_m_x}}
set acl_m_x = 2
$acl_m_x
${map{a:b}{<$item>$acl_m_x}}
${map{a:b}{<$item>}}
${map{a:b}{<$item>}}
$acl_m_x FOO
FOO = bar
$acl_m_x FOO
${lc:A\
  B}
b}
$acl_m_x
${eval:1/0}
${eval:1/0}
\
$acl_m_x
"""


def test_lines_that_come_again(tmp_path: Path) -> None:
    """-be says of lines what Exim does, also where something changed between two that are the same."""
    exim = shutil.which("exim4")
    assert exim is not None
    config = tmp_path / "exim.conf"
    config.write_text("primary_hostname = myhost.ex\n")
    text = "".join(line for line in LINES.splitlines(keepends=True) if not line.startswith("set "))
    tool = [sys.executable, "-m", "exim_lang", "exim", "--exim-version", "4.96"]
    said = [
        subprocess.run([*command, "-C", str(config), "-be"], input=text * 3, text=True, capture_output=True, check=True).stdout
        for command in (tool, [exim])
    ]
    assert said[0] == said[1]
    with_set = subprocess.run([*tool[:-2], "-C", str(config), "-be"], input=LINES, text=True, capture_output=True, check=True)
    assert [line for line in with_set.stdout.splitlines() if line in ("> 1", "> 2")] == ["> 1", "> 2", "> 2", "> 2"]
