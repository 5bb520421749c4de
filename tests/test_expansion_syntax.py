"""Expansion strings as trees: shapes, offsets, unfinished strings, and back to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exim_lang.expand.engine import parse
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_unparse import unparse
from exim_lang.syntax.expansion_walk import walk

FINISHED = [
    "plain text",
    "a}b{c",
    r"\$ \\ \n \x41 \101 \N$a{b\N",
    "$local_part@${domain}",
    "$h_subject: $rheader_to: $1 ${12}",
    "${lc:A${uc:b}}",
    "${substr_-3_2:abc}",
    "${if eq{a}{b}}",
    "${if eq {a} {b} {yes} {no} }",
    "${if !def:h_x:{a} fail}",
    "${if and{{eq{a}{b}}{or{{def:x}{first_delivery}}}}{y}}",
    r"${if match{$h_a:}{\N^(.)}\N}{$1}{}}",
    r"${if match_domain{a}{$x : \}}{y}}",
    "${if forany{a:b}{eq{$item}{$1}}{y}{n}}",
    "${if acl{{name}{arg}}{y}}",
    "${lookup{$key} lsearch,ret=full {/file}{$value} fail}",
    "${lookup dnsdb{a=x}}",
    "${filter{a:b}{!eq{$item}{a}}}",
    "${map{a:b}{<$item>}} ${reduce{1:2}{0}{${eval:$value+$item}}} ${sort{b:a}{<}{$item}}",
    "${extract json{a}{b}} ${extract{2}{:}{a:b}{$value}{no}} ${run,preexpand {cmd}{y}{n}}",
    "$foo\\x41 $1\\x32",
]


@pytest.mark.parametrize("text", FINISHED)
def test_back_to_text(text: str) -> None:
    read = parse(text)
    assert all(getattr(node, "stop", None) is None for node in walk(read))
    assert parse(unparse(read)) == read


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("${if eq{a}", 10),
        ("${if eq{a}{b}x", 13),
        ("ab${sg{a}{b}  x}", 14),
        ("${map{a:b}", 10),
        ("${filter{a:b}{eq{a}{b}}x}", 23),
        ("${lookup{a}lsearch{f}y}", 21),
    ],
)
def test_where_reading_stops(text: str, stop: int) -> None:
    assert [getattr(node, "stop", None) for node in parse(text).parts][-1] == stop


def test_a_string_without_its_brace() -> None:
    (operator,) = parse("${lc:ab$x").parts
    assert isinstance(operator, tree.Operator)
    assert not operator.operand.closed


def test_offsets() -> None:
    literal, variable, operator = parse("ab $local_part${lc: X }").parts
    assert (literal.span, variable.span, operator.span) == (Span(0, 3), Span(3, 14), Span(14, 23))
    (whole,) = parse("${if  eq {a}{b} {yes}}").parts
    assert isinstance(whole, tree.If)
    assert whole.condition is not None
    assert whole.condition.span == Span(6, 15)
    assert whole.arguments[0].span == Span(17, 20)


TOKENS = """
    ${ } { $ \\ \\N a if eq ! and def: lookup lsearch fail lc: 1 h_x: map ${if!eq{a}{b} ${lc: ${sg{
    {{ }} \xff forany extract $h_y
"""
SOUP = st.lists(st.sampled_from([*TOKENS.split(), " ", "\n"]), max_size=24).map("".join)


@given(SOUP)
def test_every_string_has_a_tree(text: str) -> None:
    read = parse(text)
    if all(getattr(node, "stop", None) is None and getattr(node, "closed", True) for node in walk(read)):
        assert parse(unparse(read)) == read
