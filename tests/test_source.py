"""The reader: physical lines to logical lines, with places, problems and macros."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exim_lang.errors import ConfigError, UsageError
from exim_lang.source.quoted import dequote, unquote
from exim_lang.source.read import read_config, read_text
from exim_lang.source.text import Text

LINES = {
    "comments and blank lines": ("# c\n\n  a = b\n  # d\n", ["a = b"]),
    "continuation": ("a = b \\  \n   c\\\n# comment\n  d\n", ["a = b cd"]),
    "blank line ends a continuation": ("a = b  \\\n\nc\n", ["a = b", "c"]),
    "a lone backslash is nothing": ("\\\na = b\n", ["a = b"]),
    "macros in their order": ("FOO = x\nBAR = FOO\na = BAR FOOD\n", ["FOO = x", "BAR = x", "a = x xD"]),
    "a later macro works on an earlier one's text": ("A = xBx\nB = y\na = A\n", ["A = xBx", "B = y", "a = xyx"]),
    "a macro does not replace itself": ("FOO = FOO FOO\na = FOO\n", ["FOO = FOO FOO", "a = FOO FOO"]),
    "redefinition": ("FOO = a\nFOO == b\nx = FOO\n", ["FOO = a", "FOO == b", "x = b"]),
    "macro to a comment": ("FOO = #\nFOO a\nb\n", ["FOO = #", "b"]),
    "conditionals": (".ifdef FOO\na\n.else\nb\n.else\nc\n.endif\nd\n", ["b", "d"]),
    "elifdef": ("FOO = x\n.ifdef BAR\na\n.elifdef FOO\nb\n.else\nc\n.endif\n", ["FOO = x", "b"]),
    "nested in what does not count": (".ifdef A\n.ifndef B\na\n.else\nb\n.endif\nc\n.endif\nd\n", ["d"]),
    "a directive with a tab is passed over": (".endif\t\n.elseif\na\n", ["a"]),
    "carriage returns are white space": ("a = b \\\r\n  c\r\nd\r\n", ["a = b c", "d"]),
    "no macros in retry rules": ("begin retry\nFOO = a\nFOO\n", ["begin retry", "FOO = a", "FOO"]),
    "white space of UTF-8 is not white space": ("a = \x85\xa0\n", ["a = \x85\xa0"]),
}

PROBLEMS = {
    "FOO = a\nFOO = b\n": ('macro "FOO" is already defined (use "==" if you want to redefine it)', 0, "2:1"),
    "FOO bar\n": ("malformed macro definition", 1, "1:1"),
    "FOO == b\n": ('can\'t redefine an undefined macro "FOO"', 0, "1:1"),
    "FOO = a\nXFOO = b\n": (
        '"XFOO" cannot be defined as a macro because previously defined macro "FOO" is a substring',
        0,
        "2:1",
    ),
    f"F{'o' * 70} = a\n": ("macro name too long (maximum is 63 characters)", 1, "1:1"),
    "\xef\xbb\xbfa = b\n": ("found unexpected BOM (Byte Order Mark)", 1, "1:1"),
    "a\n.ifdef X\nb\n\n": ("Unexpected end of configuration file: .endif missing", 4, "2:1"),
    "a\n  .endif\n": (".endif without matching .ifdef", 2, "2:3"),
    ".elifdef A\n": (".elifdef without matching .ifdef", 1, "1:1"),
    ".ifdef A\n" * 11 + ".endif\n" * 10: (".ifdef nested too deeply", 11, "11:1"),
    ".include_if_exists rel\n": ('.include specifies a non-absolute path "rel"', 1, "1:20"),
    ".include /nonexistent/x\n": ("failed to open included configuration file /nonexistent/x", 1, "1:10"),
    ".include x\n": ("failed to open included configuration file conf/x", 1, "1:10"),
}


@pytest.mark.parametrize("case", LINES)
def test_logical_lines(case: str) -> None:
    text, expected = LINES[case]
    source = read_text(text)
    assert [line.text.string for line in source.lines] == expected
    assert source.problems == []


@pytest.mark.parametrize("text", PROBLEMS)
def test_problems(text: str) -> None:
    message, exim_line, place = PROBLEMS[text]
    first = read_text(text, "conf/main").problems[0]
    assert (first.message, first.exim_line, str(first.place)) == (message, exim_line, f"conf/main:{place}")


def test_places_go_through_macros_continuations_and_includes(tmp_path: Path) -> None:
    (tmp_path / "part").write_text("x = OUTER \\\n   end\n")
    main = tmp_path / "main"
    main.write_text('INNER = in\nOUTER = <INNER>\nLATE = 1\n.include "part"\ny = OUTER\n')
    source = read_config(str(main))
    line = source.lines[3]
    assert line.text.string == "x = <in> end"
    assert (line.exim_file, line.exim_line) == (str(tmp_path / "part"), 2)
    assert line.text.place(5)[1:] == (1, 5, ("OUTER",))
    assert line.text.place(9)[:3] == (str(tmp_path / "part"), 2, 4)
    assert source.lines[4].text.place(4)[:3] == (str(main), 5, 5)
    assert source.macros["OUTER"].used
    assert not source.macros["LATE"].used


def test_macros_of_the_command_line_and_of_exim() -> None:
    text = "FOO = b\nFOO == c\na = FOO\n.ifdef _HAVE_IPV6\nd\n.endif\n.ifdef FOO2 _HAVE_IPV6\ne\n.endif\n"
    source = read_text(text, macros={"FOO": "x"}, predefined={"_HAVE_IPV6": "y"})
    assert [line.text.string for line in source.lines[2:]] == ["a = x", "d", "e"]
    plain = read_text("a\n.ifdef NAME _HAVE_IPV6\nb\n.endif\n", predefined={"_HAVE_IPV6": "y"})
    assert [line.text.string for line in plain.lines] == ["a"]


def test_include_loop_ends(tmp_path: Path) -> None:
    main = tmp_path / "main"
    main.write_text(f"a\n.include {main}\n.include {main}\nb\n")
    source = read_config(str(main))
    assert source.problems[0].message == f"failed to open included configuration file {main}"
    assert len(source.lines) < 1000


def test_includes_below_a_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "part").write_text("a = b\n")
    main = tmp_path / "main"
    main.write_text(".include /etc/part\n.include /../etc/part\n")
    source = read_config(str(main), root=str(tmp_path))
    assert [line.exim_file for line in source.lines] == ["/etc/part", "/../etc/part"]
    (tmp_path / "etc" / "out").symlink_to("/etc/passwd")
    main.write_text(".include_if_exists /etc/none\n.include_if_exists /etc/out\na\n")
    source = read_config(str(main), root=str(tmp_path))
    assert [problem.message for problem in source.problems] == ["failed to open included configuration file /etc/out"]
    assert [line.text.string for line in source.lines] == ["a"]


@pytest.mark.parametrize("name", ["missing", ".", "no\0name"])
def test_unreadable_main_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        read_config(str(tmp_path) + "/" + name)


def test_nul_bytes_are_reported_with_their_place() -> None:
    source = read_text("a = b\0c\nd\n")
    assert [line.text.string for line in source.lines] == ["a = b", "d"]
    assert [(str(problem.place), problem.fatal) for problem in source.problems] == [("<string>:1:6", False)]


def test_large_input_ends() -> None:
    line = "a = " + "x" * 10_000_000
    assert read_text(line).lines[0].text.string == line
    growing = "A = " + "x" * 1000 + "\n" + "".join(
        f"{chr(66 + step)} = {chr(65 + step) * 20}\n" for step in range(8)
    )
    assert read_text(growing).problems[0].message == "macros make this line too long"
    assert len(read_text("a\\\n" * 100_000).lines) == 1


FRAGMENTS = ["FOO = a", "FOO == BAR", "BAR = FOO", "FOO", ".ifdef FOO", ".else", ".endif", "a = FOO\\", "\\", "", "begin x"]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(max_codepoint=255), max_size=300) | st.lists(st.sampled_from(FRAGMENTS)).map("\n".join))
def test_anything_can_be_read(text: str) -> None:
    source = read_text(text)
    for line in source.lines:
        assert line.text.string
        assert 1 <= line.place.line <= text.count("\n") + 1
    for problem in source.problems:
        assert problem.place.line >= 1
        assert problem.message


QUOTED = {
    '"a\\x41\\n\\101b\\q"': "aA\nAbq",
    '"a\\8b\\777c\\1234"': "a8b\xffcS4",
    '"abc\\"': 'abc"',
    '"a\\0b"': "a",
    '"a\\$b\\\\c"': "a$b\\c",
    '"a" ': "a",
    "'a' b": "'a' b",
}


@pytest.mark.parametrize("value", QUOTED)
def test_unquote(value: str) -> None:
    assert unquote(Text.literal(value), "x").string == QUOTED[value]


def test_unquote_keeps_places() -> None:
    value = unquote(Text.literal('"a\\tbc"'), "x")
    assert [value.place(at).column for at in range(4)] == [2, 3, 5, 6]


@pytest.mark.parametrize(
    "value, message",
    [
        ('"a', "missing quote at end of string value for x"),
        ('"', "missing quote at end of string value for x"),
        ('"a" b', "extra characters follow string value for x"),
    ],
)
def test_unquote_errors(value: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        unquote(Text.literal(value), "x")


def test_dequote_stops_at_white_space_or_the_quote() -> None:
    assert [dequote(Text.literal(text))[1] for text in ("ab cd", '"a b" c', '"a b')] == [2, 5, 4]
