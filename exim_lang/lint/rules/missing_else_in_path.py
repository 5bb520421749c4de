"""A part of a path or an address is empty when a condition is false.

`/var/mail/${if eq{$domain}{a.example}{a}}/x` is `/var/mail//x` for every other domain. Give a second string, or `fail`.

Bad (transport):

    t1:
      driver = appendfile
      file = /var/mail/${if eq{$domain_data}{a.example}{a}}/$local_part_data
      user = mail

Good (transport):

    t1:
      driver = appendfile
      file = /var/mail/${if eq{$domain_data}{a.example}{a}{b}}/$local_part_data
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("missing-else-in-path", group="expansion", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`${if` with one string between other parts of a path."""
    for use in (*survey.of("transport", "file", "directory"), *survey.of("router", "file")):
        parts = use.tree.parts
        for index, part in enumerate(parts):
            if isinstance(part, tree.If) and len(part.arguments) == 1 and not part.fail and part.stop is None:
                before = parts[index - 1] if index else None
                if isinstance(before, tree.Literal) and before.value.endswith(b"/") and index + 1 < len(parts):
                    message = "this part of the path is empty when the condition is false"
                    yield use.finding(part.span, message, help="give a second string, or fail")
