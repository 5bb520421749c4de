"""Reads the fact files of this folder: tab-separated, one row a line, the first line naming the columns."""

from __future__ import annotations

import os
from functools import cache


class Row(dict[str, str]):
    """One fact: column name to text, empty where nothing is said."""

    __slots__ = ()

    @property
    def name(self) -> str:
        return self["name"]

    @property
    def since(self) -> str:
        return self["since"]

    @property
    def until(self) -> str:
        return self["until"]

    @property
    def feature(self) -> str:
        return self["feature"]


def file_text(name: str) -> str:
    """The text of a file of this folder, latin-1."""
    # a path beside this file: wheels are unpacked when they are installed, and importlib.resources takes 10 ms to import
    with open(os.path.join(os.path.dirname(__file__), name), encoding="latin-1") as file:
        return file.read()


@cache
def rows(name: str, first: str = "") -> tuple[Row, ...]:
    """The rows of `name`.tsv in their order; those alone whose first column says `first`, where that is given."""
    head, *lines = _lines(name)
    columns = head.split("\t")
    if first:
        lines = [line for line in lines if line.startswith(f"{first}\t")]
    return tuple(Row(zip(columns, line.split("\t"), strict=True)) for line in lines)


@cache
def _lines(name: str) -> list[str]:
    return file_text(f"{name}.tsv").rstrip("\n").split("\n")
