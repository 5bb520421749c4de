"""A password that every user of the host can read.

`exim -bP` shows all options to anybody; `hide` in front of one shows it to administrators only.

Bad (main):

    mysql_servers = localhost/mail/exim/secret

Good (main):

    hide mysql_servers = localhost/mail/exim/secret
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.model.config import Setting
from exim_lang.source.text import Span

SERVERS = ("mysql_servers", "pgsql_servers", "ldap_default_servers", "redis_servers", "oracle_servers", "ibase_servers")
DRIVERS = ("client_send", "client_secret", "server_secret", "client_password", "server_password")


@rule("secret-not-hidden", group="security", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Options with passwords in them, and without `hide`."""
    for use in (*survey.of("main", *SERVERS), *survey.of("authenticator", *DRIVERS)):
        node = use.node
        if not isinstance(node, Setting) or node.hidden or not _secret(use):
            continue
        edit = edit_of(node.line.text, Span(node.span.start, node.span.start), "hide ")
        fix = Fix("hide it", (edit,)) if edit else None
        message = f"anybody on the host can read {use.name}"
        yield Finding(message, node.line.text, node.span, f"write hide {use.name} = ...", fix)


def _secret(use: Use) -> bool:
    """Whether a value has a password in it: a fourth part of a server, or anything of an authenticator that is no lookup."""
    string = use.text.string
    if use.name in SERVERS:
        return any(part.count("/") >= 3 and part.rpartition("/")[2].strip() for part in re.split(r"(?<!:):(?!:)", string))
    return bool(string.strip()) and "${lookup" not in string and not re.fullmatch(r"[\s:^<;$\w{}]*\$[\s\S]*", string)
