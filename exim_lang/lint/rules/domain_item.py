"""An item of a list of domains that is written as in other mail programs.

`.example.org` and `@example.org` are compared as they are, and no domain begins so. All subdomains are `*.example.org`.

Bad (main):

    domainlist local_domains = .example.org

Bad (main):

    domainlist local_domains = @example.org

Good (main):

    domainlist local_domains = example.org : *.example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list_items import ItemKind


@rule("domain-item", group="lists", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items that begin with a dot, or with `@` and a name."""
    for use, items in survey.lists("domain"):
        for item in items.items:
            text = item.text
            if item.constant and item.kind is ItemKind.PLAIN and text[:1] in (".", "@") and text[1:2].isalnum():
                meant = "*" + text if text.startswith(".") else text[1:]
                yield use.finding(item.pattern, f'no domain is called "{text}"', help=f"write {meant}")
