"""Old names of variables.

Bad (exp):

    $interface_address

Good (exp):

    $received_ip_address
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

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
    for use, node in survey.nodes(tree.Variable):
        new = NEW.get(node.name)
        if new is not None:
            edit = use.edit(node.span, f"${{{new}}}" if node.braced else f"${new}")
            fix = Fix(f"write ${new}", (edit,)) if edit else None
            yield use.finding(node.span, f"${node.name} is an old name", help=f"write ${new}", fix=fix)
