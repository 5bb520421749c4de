"""Reads the fact files of this folder: tab-separated, one row a line, the first line naming the columns."""

from __future__ import annotations

from functools import cache
from pathlib import Path


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


@cache
def rows(name: str) -> tuple[Row, ...]:
    """The rows of `name`.tsv in their order."""
    # a path beside this file: wheels are unpacked when they are installed, and importlib.resources takes 10 ms to import
    text = (Path(__file__).parent / f"{name}.tsv").read_text("latin-1")
    head, *lines = text.rstrip("\n").split("\n")
    columns = head.split("\t")
    return tuple(Row(zip(columns, line.split("\t"), strict=True)) for line in lines)
