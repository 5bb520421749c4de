"""A string that Exim cannot expand, whatever the values in it are.

Exim looks at a string when it needs it, not when it starts; then a command is answered with a temporary error, or a
delivery is deferred. This is told in Exim's own words where no other rule explains it.

Bad (acl):

    deny condition = ${if $acl_m_score > 120}
    accept

Bad (exp):

    ${if eq{a}{b}{yes} else {no}}

Good (acl):

    warn set acl_m_score = 130
    deny condition = ${if >{$acl_m_score}{120}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("broken-expansion", group="syntax", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Nothing by itself: the engine adds what cannot be expanded and no rule speaks of."""
    return iter(())
