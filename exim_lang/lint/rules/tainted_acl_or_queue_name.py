"""What the sender wrote names an ACL or a queue.

Exim answers with a temporary error: `attempt to use tainted ACL text "example.org"`, `Tainted name 'bob' for queue not
permitted`.

Bad (acl):

    accept acl = $domain

Good (acl):

    accept acl = ${lookup{$domain}lsearch{/etc/exim4/acls}{$value}{acl_check_data}}

Good (acl):

    accept acl = acl_check_data $domain
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import shown, tainted_at
from exim_lang.lint.flow.sinks import Sink
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tainted-acl-or-queue-name", group="taint", severity="error", since="4.95")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `acl =`, `${acl{..}}`, `acl_smtp_...` and `queue =`."""
    return tainted_at(survey, _message, "acl", "queue", mends=False)


def _message(sink: Sink) -> str:
    text = shown(sink.use, sink.span)
    if sink.goal == "queue":
        return f"Tainted name '{text}' for queue not permitted"
    return f'attempt to use tainted ACL text "{text}"'
