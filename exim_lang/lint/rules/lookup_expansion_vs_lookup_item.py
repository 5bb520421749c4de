"""A list is the result of a lookup of the very thing that is compared with it.

`domains = ${lookup{$domain}lsearch{/file}}` compares the domain with what the file says about it. `domains =
lsearch;/file` asks whether the domain is in the file.

Bad (acl):

    accept domains = ${lookup{$domain}lsearch{/etc/exim4/domains}}
    deny

Good (acl):

    accept domains = lsearch;/etc/exim4/domains
    deny
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

SUBJECTS = {
    "domains": "domain",
    "hosts": "sender_host_address",
    "local_parts": "local_part",
    "sender_domains": "sender_address_domain",
    "senders": "sender_address",
}


@rule("lookup-expansion-vs-lookup-item", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists that are nothing but a lookup by their own subject, without strings of their own."""
    for use, _ in survey.lists("domain", "host", "address", "localpart"):
        subject = SUBJECTS.get(use.name)
        parts = use.tree.parts
        if subject is None or len(parts) != 1 or not isinstance(lookup := parts[0], tree.Lookup) or lookup.key is None:
            continue
        names = [part.name for part in lookup.key.parts if isinstance(part, tree.Variable)]
        if names == [subject] and len(lookup.arguments) < 2 and not lookup.type.startswith("dsearch"):
            file = use.source(lookup.arguments[0].span) if lookup.arguments else ""
            message = f"this compares ${subject} with what is found for it"
            yield use.finding(lookup.span, message, help=f"write {lookup.type};{file.strip('{}')}")
