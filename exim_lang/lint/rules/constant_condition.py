"""A condition that is always true, or never.

Bad (acl):

    deny condition = false
    accept

Good (acl):

    deny condition = ${if eq{$sender_helo_name}{x}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.constants import argument
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

FALSE = ("", "0", "no", "false")
TRUE = ("1", "yes", "true")


@rule("constant-condition", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant texts that no macro gave, and comparisons of constants."""
    for use in survey.of("acl", "condition"):
        if any(piece.macros for piece in use.text.pieces):
            continue
        value = use.constant
        if value is not None and value.strip().lower() in (*TRUE, *FALSE):
            word = "never" if value.strip().lower() in FALSE else "always"
            yield use.finding(use.whole, f"this condition is {word} true")
            continue
        parts = use.tree.parts
        if len(parts) == 1 and isinstance(first := parts[0], tree.If) and isinstance(test := first.condition, tree.Test):
            one, other = argument(test, 0), argument(test, 1)
            if test.name in ("eq", "eqi") and one is not None and other is not None:
                yield use.finding(test.span, f"this is {'always' if one == other else 'never'} true")
