"""Somebody who does not exist can log in with an empty password.

The lookup of the password gives nothing for a user that is not found, and an empty password is equal to that.
`{$value}fail` makes the check fail instead.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{/etc/exim4/passwd}}}}

Good (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{/etc/exim4/passwd}{$value}fail}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("auth-empty-password-bypass", group="security", severity="critical", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Equality of a password with a lookup that has no `fail`, where nothing asks whether the password is empty."""
    for use, test in survey.tests("eq", "eqi"):
        if use.where != "authenticator" or use.name != "server_condition" or len(test.arguments) != 2:
            continue
        if "def:auth" in use.text.string or "!eq{" in use.text.string.replace(" ", "") or not _password(test):
            continue
        for string in test.arguments:
            lookup = string.parts[0] if len(string.parts) == 1 else None
            if isinstance(lookup, tree.Lookup) and len(lookup.arguments) == 1 and not lookup.fail and lookup.stop is None:
                edit = use.edit(Span(lookup.span.end - 1, lookup.span.end), "{$value}fail}")
                fix = Fix("fail for unknown users", (edit,)) if edit else None
                message = "this is empty for a user that does not exist, and equal to an empty password"
                yield use.finding(lookup.span, message, help="add {$value}fail", fix=fix)


def _password(test: tree.Test) -> bool:
    names = {part.name for string in test.arguments for part in string.parts if isinstance(part, tree.Variable)}
    return bool(names & {"auth1", "auth2", "auth3", "1", "2", "3"})
