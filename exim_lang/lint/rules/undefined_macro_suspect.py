"""A word in capitals looks like a macro that is not defined.

Exim leaves it as it is, and a list gets an item that matches nothing.

Bad (main):

    hostlist relay_from_hosts = RELAY_NETS

Good (main):

    RELAY_NETS = 10.0.0.0/8
    hostlist relay_from_hosts = RELAY_NETS
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax.list_items import ItemKind

NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{5,}")
FOLDER = re.compile(r"([A-Z][A-Z0-9_]{2,})/")
PATHS = (
    "directory", "file", "log_file_path", "spool_directory", "tls_certificate", "tls_dhparam", "tls_privatekey",
    "tls_verify_certificates",
)  # fmt: skip
OPTIONS = ("transport", "file", "directory", "command", "driver")


@rule("undefined-macro-suspect", group="syntax", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """List items, and whole values of options that name things, which are nothing but a word in capitals."""
    for use, items in survey.lists():
        if use.name in ("dkim_sign_headers", "tls_require_ciphers", "openssl_options"):
            continue
        for item in items.items:
            if item.kind is not ItemKind.CONTROL and NAME.fullmatch(item.text) and items.kind != "string":
                yield _finding(use, item.pattern, item.text)
    for use in survey.uses:
        path = FOLDER.match(use.text.string) if use.name in PATHS else None
        if path is not None:
            yield _finding(use, Span(*path.span(1)), path[1])
        if use.where != "acl" and use.name in OPTIONS and NAME.fullmatch(use.text.string):
            yield _finding(use, use.whole, use.text.string)


def _finding(use: Use, span: Span, name: str) -> Finding:
    return use.finding(span, f"{name} looks like a macro, but none is defined by that name")
