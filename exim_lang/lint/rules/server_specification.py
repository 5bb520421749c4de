"""A server of a database is not written as host/database/user/password.

Each item of `mysql_servers` and `pgsql_servers` has these four parts; a URL has not. Each query fails
(`incomplete MySQL server data: localhost`), and what needs it is deferred.

Bad (main):

    hide mysql_servers = mysql://user:secret@localhost/mail

Good (main):

    hide mysql_servers = localhost/mail/user/secret
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.list import parse_list


@rule("server-specification", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items with fewer parts than four."""
    for use in survey.of("main", "mysql_servers", "pgsql_servers"):
        if "$" in use.text.string:
            continue
        for item in parse_list(use.text, "string").items:
            if item.text and item.text.rpartition(")")[2].count("/") < 3:
                message = f'incomplete server data "{item.text.partition("/")[0]}"'
                yield use.finding(item.span, message, help="write host/database/user/password")
                break
