"""A lookup in a list is written so that Exim does not see a lookup.

An item is a lookup when its type stands in front of a semicolon: `lsearch;/file`. With a colon it is two items; with the
at sign and the star the wrong way round (`lsearch@*;/file`) it is an address. A name that does not begin with a slash is looked
for in the folder that Exim happens to be in.

Bad (main):

    domainlist d = dsearch:/etc/exim4/domains

Bad (main):

    domainlist d = lsearch;exim4/domains

Bad (main):

    addresslist a = lsearch@*;/etc/exim4/senders

Good (main):

    domainlist d = dsearch;/etc/exim4/domains
    addresslist a = lsearch*@;/etc/exim4/senders
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list import ListItem

FILES = ("lsearch", "wildlsearch", "nwildlsearch", "iplsearch", "cdb", "dbm", "dbmnz", "dbmjz", "dsearch")
SWAPPED = re.compile(r"!?\s*([a-z]+)@\*?;")


@rule("lookup-in-list", group="lists", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Names of types in front of files, names of files that are relative, and the star behind the at sign."""
    types = survey.dialect.names("lookup")
    for use, items in survey.lists("domain", "host", "address", "localpart"):
        for item, behind in zip_longest(items.items, items.items[1:]):
            name = item.text.removeprefix("net-").removeprefix("partial-").rstrip("*@")
            swapped = SWAPPED.match(item.text)
            if behind is not None and name in types and behind.text.startswith("/"):
                help = f"write {item.text};{behind.text}"
                yield use.finding(item.pattern, f'"{item.text}" is an item of its own here', help=help)
            elif swapped is not None and swapped[1] in types:
                help = f"write {swapped[1]}*@;"
                yield use.finding(item.pattern, "this is no lookup: the star stands in front of the at sign", help=help)
            elif item.lookup is not None and _is_relative(item):
                message = f'the file "{item.lookup[1].strip()}" is looked for in whatever folder Exim is in'
                yield use.finding(item.pattern, message, help="write the whole name")


def _is_relative(item: ListItem) -> bool:
    if item.lookup is None or not item.constant:
        return False
    type = re.sub(r"^(net\d*|partial\d*(\(.*?\))?)-", "", item.lookup[0]).partition(",")[0].rstrip("*@")
    file = item.lookup[1].strip()
    return type in FILES and bool(file) and not file.startswith("/")
