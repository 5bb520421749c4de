"""Old names of variables.

Bad (exp):

    $interface_address

Good (exp):

    $received_ip_address
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.replaced import old_variables
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEW = {
    "interface_address": "received_ip_address",
    "interface_port": "received_port",
    "message_id": "message_exim_id",
    "return_size_limit": "bounce_return_size_limit",
    "warnmsg_delay": "warn_message_delay",
    "warnmsg_recipients": "warn_message_recipients",
}


@rule("deprecated-variables", group="upgrade", severity="info", fix="yes", since="4.64")
def check(survey: Survey) -> Iterator[Finding]:
    """The old variables."""
    for use, span, name in old_variables(survey, NEW):
        edit = use.edit(span, NEW[name])
        fix = Fix(f"write ${NEW[name]}", (edit,)) if edit else None
        yield use.finding(span, f"${name} is an old name", help=f"write ${NEW[name]}", fix=fix)
