"""Mail is refused by DMARC without an exception.

Mail of one's own users, forwarded mail and mailing lists break the alignment that DMARC asks for.

Bad (acldata):

    deny dmarc_status = reject
    accept

Good (acldata):

    deny dmarc_status = reject
         !authenticated = *
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax.acl_nodes import Condition


@rule("mailing-list-dmarc-reject", group="acl", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """Refusals whose only condition is `dmarc_status`."""
    for use in survey.of("acl", "dmarc_status"):
        statement = use.statement
        if statement is None or statement.verb not in ("deny", "drop") or "reject" not in use.text.string:
            continue
        if not [node for node in statement.conditions if isinstance(node, Condition) and node.name != "dmarc_status"]:
            message = "this refuses forwarded mail, mailing lists and one's own users, too"
            yield use.finding(use.whole, message, help="add exceptions: !authenticated = *, known forwarders")
