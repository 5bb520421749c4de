"""Strings made to hurt: an error or an answer, and never anything else."""

from __future__ import annotations

import pytest

from exim_lang.errors import EximLangError
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from tests.be_cases import config_of, scope_of

MEGABYTE = "a" * 1_000_000
DEPTHS = (100, 1_000, 10_000)


def outcome(text: str, scope: Scope | None = None) -> bytes | str:
    try:
        return expand(text, scope or scope_of(config_of("")))
    except EximLangError as error:
        return f"Failed: {error.message}"


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("shape", [("${uc:", "}"), ("${if eq{a}{a}{", "}}"), ("${map{a}{", "}}"), ("${if !", "")])
def test_nested(shape: tuple[str, str], depth: int) -> None:
    opening, closing = shape
    found = outcome(opening * depth + "x" + closing * depth)
    assert isinstance(found, bytes) or found.startswith("Failed: ")


@pytest.mark.parametrize("text", [
    "${eval:" + "9" * 5000 + "}",
    "${eval:" + "(" * 5000 + "}",
    "${length_99999999999:abc}",
    "${substr_99999999999_99999999999:abc}",
    "${extract{" + "9" * 5000 + "}{:}{a:b}}",
    "${listextract{" + "9" * 5000 + "}{a:b}}",
    "${if ={" + "9" * 5000 + "}{1}}",
    "$" + "9" * 5000,
    "${base62:" + "9" * 5000 + "}",
    "${time_interval:" + "9" * 5000 + "}",
    "${mask:10.0.0.1/" + "9" * 5000 + "}",
    "${if match{" + "a" * 40 + "}{^(a+)+\\$}}",
    "${if match{" + "a" * 40 + "b}{^(a+)+\\$}{y}{n}}",
    "${uc:" + MEGABYTE + "}",
    "${strlen:" + MEGABYTE + "}",
    "${listcount:" + "a:" * 100_000 + "}",
    "a\\0b\xff${lc:\\377\\000x}",
])  # fmt: skip
def test_large(text: str) -> None:
    found = outcome(text)
    assert isinstance(found, bytes) or found.startswith("Failed: ")
