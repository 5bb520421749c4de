"""A result of SPF, DKIM or DMARC that does not exist.

Words that nobody knows never match, and nobody is told. `err_perm` and `err_temp` of SPF are `permerror` and
`temperror` since 4.83.

Bad (acl):

    deny spf = err_temp
    accept

Good (acl):

    deny spf = temperror
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey

SPF = ("pass", "fail", "softfail", "none", "neutral", "permerror", "temperror", "invalid")
WORDS = {
    "spf": SPF,
    "spf_guess": SPF,
    "dkim_status": ("none", "invalid", "fail", "pass"),
    "dmarc_status": ("accept", "reject", "quarantine", "none", "norecord", "nofrom", "temperror", "off", "err", "fail"),
}
NEW = {"err_perm": "permerror", "err_temp": "temperror"}


@rule("spf-result-name", group="acl", severity="error", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant items of these conditions."""
    for use in survey.of("acl", *WORDS):
        for item in use.items.items if use.items else ():
            words = WORDS[use.name]
            if use.name.startswith("spf") and not survey.dialect.within("4.83"):
                words = (*SPF[:5], *NEW)
            if item.constant and item.text and item.text.lower() not in words:
                meant = NEW.get(item.text, "") or similar(item.text, words)
                edit = use.edit(item.pattern, meant) if meant else None
                fix = Fix(f"write {meant}", (edit,)) if edit else None
                message = f'"{item.text}" is no result of {use.name}, so it never matches'
                yield use.finding(item.pattern, message, help=f"write {meant}" if meant else "", fix=fix)
