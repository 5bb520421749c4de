"""What dbm lookups find counts as coming from outside in 4.99.

Paths and commands made of it fail there, and in no other version.

Bad (transport):

    t1:
      driver = appendfile
      file = ${lookup{$local_part}dbm{/etc/exim4/boxes}{$value}fail}
      user = mail

Good (transport):

    t1:
      driver = appendfile
      file = ${lookup{$local_part}cdb{/etc/exim4/boxes}{$value}fail}
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NAMES = ("file", "directory", "command", "transport", "hosts", "route_data", "home_directory", "current_directory")


@rule("dbm-tainted-4.99", group="upgrade", severity="warning", since="4.99", until="4.100")
def check(survey: Survey) -> Iterator[Finding]:
    """dbm lookups in options that take nothing from outside."""
    for use, node in survey.nodes(tree.Lookup):
        name = node.type.partition(",")[0].rpartition("-")[2].rstrip("*@")
        if name in ("dbm", "dbmnz", "dbmjz") and use.name in NAMES and use.where in ("router", "transport"):
            yield use.finding(node.span, "in 4.99 what dbm finds is tainted, and refused here", help="lsearch or cdb")
