"""The Pygments lexers."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import Error, Name, _TokenType

from exim_lang.repl.lexer import EximConfigLexer, ExpansionLexer

EXPANSION = ExpansionLexer(stripnl=False, ensurenl=False)
CONFIGURATION = EximConfigLexer(stripnl=False, ensurenl=False)
CASES = Path(__file__).parent / "cases"
PIECES = [
    "${", "}", "{", "$", ":", "!", "\\", "\\N", "\n", " ", "if", "and", "or", "def:", "eq", "forany", "lookup", "lsearch",
    "filter", "map", "acl", "lc", "substr_0_3", "local_part", "h_x:", "fail", "0", ">=", "(", ")", "\u00e9", ",", "=", "#",
    "accept", "begin acl", ".ifdef X", "domainlist", "NAME", "hide",
]  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=20).map("".join), st.text(max_size=20))


@given(TEXTS)
def test_tokens_join_to_the_string(text: str) -> None:
    assert "".join(part for _, _, part in EXPANSION.get_tokens_unprocessed(text)) == text


@given(TEXTS)
def test_tokens_join_to_the_configuration(text: str) -> None:
    assert "".join(part for _, _, part in CONFIGURATION.get_tokens_unprocessed(text)) == text


def tokens(text: str) -> list[tuple[str, str]]:
    found = EXPANSION.get_tokens_unprocessed(text)
    return [(str(kind).removeprefix("Token."), part) for _, kind, part in found if part.strip()]


@pytest.mark.parametrize(
    "text, part, kind",
    [
        ("${lc:x}", "lc", "Name.Function"),
        ("${substr_0_3:x}", "substr_0_3", "Name.Function"),
        ("${quote_local_part:x}", "quote_local_part", "Name.Function"),
        ("${zork:x}", "zork", "Error"),
        ("${sg{a}{b}{c}}", "sg", "Keyword"),
        ("${zork{a}}", "zork", "Error"),
        ("$local_part", "$local_part", "Name.Variable"),
        ("${local_part}", "local_part", "Name.Variable"),
        ("$acl_m_x $1 $auth2 $r_x", "$r_x", "Name.Variable"),
        ("$zork", "$zork", "Error"),
        ("$h_subject: x", "$h_subject:", "Name.Variable.Magic"),
        ("${if !eq{a}{b}{c}fail}", "eq", "Operator.Word"),
        ("${if !eq{a}{b}{c}fail}", "!", "Operator"),
        ("${if !eq{a}{b}{c}fail}", "fail", "Keyword"),
        ("${if and {{zork{a}{b}}}}", "zork", "Error"),
        ("${if and {{eq{a}{b}}{>={1}{2}}}{y}}", ">=", "Operator"),
        ("${if forany{a:b}{match{$item}{\\N^$\\N}}}", "match", "Operator.Word"),
        ("${if forany{a:b}{match{$item}{\\N^$\\N}}}", "\\N^$\\N", "Literal.String.Other"),
        ("${lookup{x} partial(.)-lsearch*@,ret=key{/f}}", "partial(.)-lsearch*@,ret=key", "Name.Class"),
        ("${extract json{a}{b}}", "json", "Name.Attribute"),
        ("a \\x41", "\\x41", "Literal.String.Escape"),
        ("a } b", "}", "Text"),
        ("a $ b", "$", "Error"),
    ],
)
def test_tokens(text: str, part: str, kind: str) -> None:
    assert (kind, part) in tokens(text)


def test_an_option_says_which_names_there_are() -> None:
    lexer = ExpansionLexer(known=lambda kind, name: name == "mine")
    found: dict[str, _TokenType] = {part: kind for _, kind, part in lexer.get_tokens_unprocessed("${mine:x}${lc:x}")}
    assert found["mine"] is Name.Function
    assert found["lc"] is Error


def test_sound_strings_have_no_errors() -> None:
    for path in sorted((CASES / "repl").glob("*.conf")):
        text = path.read_text("latin-1")
        found = list(CONFIGURATION.get_tokens_unprocessed(text))
        assert "".join(part for _, _, part in found) == text
        assert not [part for _, kind, part in found if kind is Error]


def test_configuration_tokens() -> None:
    text = "# note\nbegin acl\ncheck:\n  deny !hosts = ${lc:A} : \\\n  $domain\n.ifdef X\nhide a = b\nX == 1\n"
    found = {part: str(kind).removeprefix("Token.") for _, kind, part in CONFIGURATION.get_tokens_unprocessed(text)}
    assert found["# note"] == "Comment.Single"
    assert found["acl"] == "Name.Namespace"
    assert found["check"] == "Name.Label"
    assert found["deny"] == "Keyword"
    assert found["hosts"] == "Name.Attribute"
    assert found["lc"] == "Name.Function"
    assert found["$domain"] == "Name.Variable"
    assert found[".ifdef X"] == "Comment.Preproc"
    assert found["X"] == "Name.Constant"


def test_they_are_published() -> None:
    with (CASES.parent.parent / "pyproject.toml").open("rb") as file:
        published = tomllib.load(file)["project"]["entry-points"]["pygments.lexers"]
    loaded = {EntryPoint(name, place, "pygments.lexers").load() for name, place in published.items()}
    assert loaded == {ExpansionLexer, EximConfigLexer}
    for name in published:
        assert any(name in lexer.aliases for lexer in loaded)
