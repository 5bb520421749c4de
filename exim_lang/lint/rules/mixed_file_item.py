"""A file of a database stands in a list as a file of list items.

`/file` is read line by line; a database is asked with its type in front: `dbm;/file`.

Bad (main):

    domainlist d = /etc/exim4/domains.db

Good (main):

    domainlist d = dbm;/etc/exim4/domains.db
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind

ENDINGS = {".db": "dbm", ".cdb": "cdb", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".json": "json", ".lmdb": "lmdb"}


@rule("mixed-file-item", group="lists", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Files with the ending of a database."""
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        for item in items.items:
            if item.kind is ItemKind.FILE:
                type = ENDINGS.get("." + item.text.rpartition(".")[2])
                if type is not None:
                    message = f"{item.text} is read as a text with an item in each line"
                    yield use.finding(item.pattern, message, help=f"write {type};{item.text}")
