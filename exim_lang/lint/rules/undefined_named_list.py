"""A list refers to a named list that does not exist.

Exim notices when it uses the list: `unknown named host list "+relay_form_hosts"`, a temporary error for every command.

Bad (acl):

    accept hosts = +relay_form_hosts

Good (acl):

    accept hosts = +relay_from_hosts
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import list_references
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey


@rule("undefined-named-list", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """References to names that no list of any kind has."""
    lists = survey.config.lists
    for one in list_references(survey):
        if not any(one.name in named for named in lists.values()):
            guess = similar(one.name, lists[one.kind])
            message = f'unknown named {"local part" if one.kind == "localpart" else one.kind} list "+{one.name}"'
            yield one.use.finding(one.span, message, help=f"did you mean +{guess}?" if guess else "")
