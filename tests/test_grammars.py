"""Grammars without ambiguity: Lark's strict mode finds terminals that match the same text, and conflicts of rules.

Strict mode needs the package interegular, which makes Lark slow to start wherever it is installed: it goes into a folder of
its own that only these processes see. And the parsers of exim_lang.syntax.lalr, beside those of Lark itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import lark
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark.exceptions import UnexpectedInput

from exim_lang.expand.shapes import parser as expansion_parser
from exim_lang.syntax import lark as door
from exim_lang.syntax.acl import _parser as acl_parser
from exim_lang.syntax.config_rules import line_parser
from exim_lang.syntax.lalr import Parser, Tables, Token, Tree, Unexpected
from exim_lang.syntax.list import _parser as list_parser

CASES = Path(__file__).parent / "cases"
GRAMMARS = sorted(path.name for path in (Path(__file__).parent.parent / "grammar").glob("*.lark"))

# Tables are made as they are in use, with the terminals that the registries fill in, but strictly and without the kept ones.
SCRIPT = """
import lark
from exim_lang.syntax import lark as door

made = []
make, text_of = door.made, door.text_of

def noted(name):
    made.append(f"{name}.lark")
    return text_of(name)

door.kept_in = lambda: ""
door.made = lambda grammar, start: make(grammar, start, strict=True)
door.text_of = noted

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


def plain(value: Any) -> Any:
    """Trees and tokens of either parser."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Tree | lark.Tree):
        return str(value.data), plain(value.children)
    return (str(value.type), str(value), value.start_pos, value.end_pos) if isinstance(value, Token | lark.Token) else value


def by_lark(parser: Any, text: str, start: str) -> object:
    try:
        return plain(parser.parse(text, start=start))
    except UnexpectedInput as error:
        token = getattr(error, "token", None)
        ended = token is not None and token.type == "$END"
        return ended, error.pos_in_stream, plain(error.interactive_parser.parser_state.value_stack)


def by_tables(tables: Tables, text: str, start: str) -> object:
    try:
        return plain(Parser(tables).parse(text, start))
    except Unexpected as error:
        return error.ended, error.at, plain(error.stack)


@pytest.fixture(scope="module")
def larks() -> dict[str, Any]:
    """Lark's parsers by the name of the grammar, from the same text."""
    made: dict[str, Any] = {}

    def make(grammar: str, start: Any, **options: Any) -> Any:
        name = next(name for name in GRAMMARS if grammar.startswith(door.text_of(name.removesuffix(".lark"))))
        made[name.removesuffix(".lark")] = parser = REAL(grammar, start, **options)
        return parser

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "kept_in", str)
        patch.setattr(door, "made", make)
        for maker in (expansion_parser, acl_parser, line_parser, list_parser):
            maker.__wrapped__()
    return made


REAL = door.made


def samples(folder: str, prefix: str = "") -> list[str]:
    lines = [line for path in sorted((CASES / folder).rglob("*.txt")) for line in path.read_text("latin-1").splitlines()]
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


@pytest.mark.parametrize(
    "grammar, texts",
    [
        ("expansion", samples("expansions", "> ")),
        ("config", samples("model")),
        ("acl", samples("acl")),
        ("list", samples("lists")),
    ],
)
def test_tables_read_as_lark_does(larks: dict[str, Any], grammar: str, texts: list[str]) -> None:
    parser = larks[grammar]
    tables = door.tables_of(parser)
    assert texts
    for text in texts:
        for start in tables.starts:
            for cut in {len(text), len(text) * 2 // 3, len(text) // 3}:
                assert by_tables(tables, text[:cut], start) == by_lark(parser, text[:cut], start), text[:cut]


PIECES = ["${lc:", "${if ", "eq", "{", "}", "a", " ", "$x", "!", "and", "\\N", "\\", "$h_a:"]
PIECES += ["${sg", "fail", "${lookup", "lsearch", "<"]


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12))
def test_tables_read_pieces_as_lark_does(larks: dict[str, Any], pieces: list[str]) -> None:
    for grammar in ("expansion", "list"):
        parser, text = larks[grammar], "".join(pieces)
        assert by_tables(door.tables_of(parser), text, "start") == by_lark(parser, text, "start")


def test_kept_tables(tmp_path: Path) -> None:
    """Tables in a file are those of the same source, or none."""
    path = str(tmp_path / "a.tables")
    tables = door.tables_of(door.made(door.text_of("acl"), ["start"]))
    source = (door.FORMAT, "grammar", ("start",))
    assert door.read(path, source) is None
    door.write(path, source, tables)
    assert door.read(path, source) == tables
    assert door.read(path, (door.FORMAT, "another", ("start",))) is None
    Path(path).write_bytes(Path(path).read_bytes()[:100])
    assert door.read(path, source) is None
