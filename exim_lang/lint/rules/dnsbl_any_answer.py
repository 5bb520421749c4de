"""Any answer of a black list counts, also the one that says it will not answer.

Lists answer 127.255.255.x to resolvers that they do not serve, or that ask too often. Whoever takes these for "listed"
refuses all mail.

Bad (acl):

    deny dnslists = zen.spamhaus.org
    accept

Good (acl):

    deny dnslists = zen.spamhaus.org!=127.255.255.252,127.255.255.254,127.255.255.255
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span

LISTS = re.compile(r"(?:[a-z0-9]+\.)*(spamhaus\.org|spamhaus\.net|uribl\.com|surbl\.org|dnswl\.org)$", re.IGNORECASE)


@rule("dnsbl-any-answer", group="delivery", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items of `dnslists` that refuse, of lists that are known to answer so, without values."""
    for use in survey.of("acl", "dnslists"):
        if use.statement is None or use.statement.verb not in ("deny", "drop", "defer") or re.match(r"\s*<", use.text.string):
            continue
        at = 0
        for part in use.text.string.split(":"):
            word = part.strip()
            name = word.partition("/")[0]
            if LISTS.fullmatch(name) and "=" not in word and "&" not in word:
                start = at + part.find(word) + len(name)
                edit = use.edit(Span(start, start), "!=127.255.255.252,127.255.255.254,127.255.255.255")
                fix = Fix("leave out the answers that are errors", (edit,)) if edit else None
                message = f"{name} also answers when it does not want to be asked (127.255.255.x)"
                yield use.finding(Span(start - len(name), start), message, help="say which answers count", fix=fix)
            at += len(part) + 1
