"""A lookup that minds the case of letters, for something that comes as the sender wrote it.

lsearch does not mind it; dbm, cdb, dsearch and databases do.

Bad (acl):

    accept domains = cdb;/etc/exim4/domains.cdb
    deny

Good (acl):

    accept condition = ${lookup{${lc:$domain}}cdb{/etc/exim4/domains.cdb}{yes}{no}}
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

TYPES = ("cdb", "dbm", "dbmnz", "lmdb", "json")
KINDS = ("domains", "sender_domains", "senders", "recipients", "local_parts")


@rule("case-sensitive-key", group="lists", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Such lookups as items of lists in ACLs, where keys keep the case of the command."""
    for use, items in survey.lists("domain", "address", "localpart"):
        if use.where != "acl" or use.name not in KINDS:
            continue
        for item in items.items:
            if item.lookup is not None and item.lookup[0].rpartition("-")[2].rstrip("*@") in TYPES:
                name = item.lookup[0].rpartition("-")[2]
                yield use.finding(item.pattern, f"{name} minds the case of letters, and the key has that of the command")
