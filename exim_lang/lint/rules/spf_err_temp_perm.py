"""`err_temp` and `err_perm` of SPF are `temperror` and `permerror`.

Since 4.91 the old words never match, and nobody is told.

Bad (acl):

    defer spf = err_temp
    accept

Good (acl):

    defer spf = temperror
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEW = {"err_temp": "temperror", "err_perm": "permerror"}


@rule("spf-err-temp-perm", group="upgrade", severity="error", fix="yes", since="4.83")
def check(survey: Survey) -> Iterator[Finding]:
    """The old words in `spf` and `spf_guess`."""
    for use in survey.of("acl", "spf", "spf_guess"):
        for item in use.items.items if use.items else ():
            if item.text in NEW:
                edit = use.edit(item.pattern, NEW[item.text])
                fix = Fix(f"write {NEW[item.text]}", (edit,)) if edit else None
                message = f"{item.text} never matches since 4.91"
                yield use.finding(item.pattern, message, help=f"write {NEW[item.text]}", fix=fix)
