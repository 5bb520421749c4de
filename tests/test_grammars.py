"""Grammars without ambiguity: Lark's strict mode finds terminals that match the same text, and conflicts of rules.

Strict mode needs the package interegular, which makes Lark slow to start wherever it is installed: it goes into a folder of
its own that only these processes see.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GRAMMARS = sorted(path.name for path in (Path(__file__).parent.parent / "grammar").glob("*.lark"))

# Parsers are made as they are in use, with the terminals that the registries fill in, but strictly and without the kept ones.
SCRIPT = """
import lark
from exim_lang.syntax import lark as door

made = []
load_parser = door.load_parser

def load(name, *arguments, **options):
    made.append(f"{name}.lark")
    return load_parser(name, *arguments, **options)

def strict(grammar, **options):
    options.pop("cache", None)
    return lark.Lark(grammar, **options, strict=True)

door.load_parser, door.Lark = load, strict

from exim_lang.expand.shapes import parser
from exim_lang.source.read import read_text
from exim_lang.syntax.acl import parse_acl
from exim_lang.syntax.config import parse_config
from exim_lang.syntax.list import parse_list

source = read_text("qualify_domain = a")
parser()
parse_config(source)
parse_acl(source.lines)
parse_list("a", "domain")
print(*sorted(made))
"""

AMBIGUOUS = """
import lark

lark.Lark("start: A | B\\nA: /[a-z]+/\\nB: /[a-d]+/", parser="lalr", lexer="contextual", strict=True)
"""


@pytest.fixture(scope="module")
def interegular(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("interegular"))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder]
    subprocess.run([*pip, "interegular"], check=True, timeout=60)
    return folder


def run(script: str, interegular: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [interegular, os.environ.get("PYTHONPATH")]))}
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_every_grammar_is_strict(interegular: str) -> None:
    done = run(SCRIPT, interegular)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == GRAMMARS


def test_strict_mode_finds_ambiguity(interegular: str) -> None:
    assert "Collision between Terminals" in run(AMBIGUOUS, interegular).stderr
