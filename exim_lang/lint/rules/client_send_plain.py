"""What a client sends for PLAIN does not begin with `^`.

PLAIN is three strings with null characters between them, the first one mostly empty; `^` stands for the null character.
Without the one in front the server takes the password for the name, or refuses.

Bad (auth):

    smarthost:
      driver = plaintext
      public_name = PLAIN
      client_send = user^secret

Good (auth):

    smarthost:
      driver = plaintext
      public_name = PLAIN
      client_send = ^user^secret
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.plaintext import mechanism
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("client-send-plain", group="security", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """`client_send` for PLAIN with one `^`, and a letter in front of it."""
    for use in survey.of("authenticator", "client_send"):
        written = use.text.string
        first = written.lstrip()[:1]
        if mechanism(use) == "PLAIN" and first.isalnum() and written.count("^") - 2 * written.count("^^") == 1:
            start = len(written) - len(written.lstrip())
            yield use.finding(Span(start, start + 1), "the string before the name is missing", help="begin with ^")
