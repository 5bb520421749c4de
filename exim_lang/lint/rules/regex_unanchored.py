r"""A regular expression for a name does not say where the name ends.

`^mail\.example` matches `mail.example.evil.test`, too.

Bad (acl):

    accept sender_domains = \N^mail\.example\N
    deny

Good (acl):

    accept sender_domains = \N^mail\.example$\N
    deny
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.regexes import list_regexes
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

END = re.compile(r"(\$|\\[zZ]|\.\*|\.\+)\)*$")
NAME = re.compile(r"\\\.[A-Za-z]{2,}\)*$")


@rule("regex-unanchored", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant expressions for domains, hosts and addresses that end with a dot and letters."""
    for use, items, item in list_regexes(survey):
        if items.kind == "localpart" or not item.constant or END.search(item.text) or item.negated:
            continue
        if NAME.search(item.text):
            message = "without a $ at its end this matches every name that begins so"
            yield use.finding(item.pattern, message, help="end the expression with $")
