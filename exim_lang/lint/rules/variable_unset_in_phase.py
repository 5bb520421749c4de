"""A variable is empty at the time when the ACL runs.

There are no headers before the message is there, no recipient of its own behind it, and no sender before MAIL.

Bad (acl):

    deny condition = ${if match{$h_subject:}{viagra}}
    accept

Good (acldata):

    deny condition = ${if match{$h_subject:}{viagra}}
    accept
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.syntax import expansion as tree

EARLY = frozenset({"CONNECT", "HELO", "AUTH", "STARTTLS", "MAIL", "RCPT", "PREDATA", "VRFY", "EXPN", "ETRN", "NOTSMTP_START"})
BEFORE_MAIL = frozenset({"CONNECT", "HELO", "STARTTLS", "AUTH"})
WITHOUT_RECIPIENT = BEFORE_MAIL | {"MAIL", "PREDATA", "DATA", "MIME", "DKIM", "NOTSMTP", "NOTSMTP_START"}
EMPTY = {
    **dict.fromkeys(("message_body", "message_body_end", "message_headers", "message_headers_raw", "reply_address"), EARLY),
    **dict.fromkeys(("local_part", "domain", "domain_data", "local_part_data"), WITHOUT_RECIPIENT),
    **dict.fromkeys(("sender_address", "sender_address_domain", "sender_address_local_part"), BEFORE_MAIL),
    **dict.fromkeys(("recipients", "recipients_list"), EARLY - {"PREDATA"}),
    "sender_helo_name": frozenset({"CONNECT"}),
    "spam_score": EARLY,
    "spam_score_int": EARLY,
    "spam_report": EARLY,
    "malware_name": EARLY,
}
LOGGING = ("logwrite", "log_message", "message", "set")


@rule("variable-unset-in-phase", group="acl", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Variables and headers in ACLs all of whose phases have none of them yet, or no more."""
    for use, header in survey.nodes(tree.Header):
        if use.where == "acl" and use.owner is not None and _only(survey, use, EARLY):
            yield use.finding(header.span, f"there are no headers yet when the ACL {use.owner.name} runs")  # type: ignore[union-attr]
    for use, node in survey.nodes(tree.Variable):
        if use.where == "acl" and node.name in EMPTY and use.name not in LOGGING and _only(survey, use, EMPTY[node.name]):
            yield use.finding(node.span, f"${node.name} is empty when the ACL {use.owner.name} runs")  # type: ignore[union-attr]


def _only(survey: Survey, use: Use, phases: frozenset[str]) -> bool:
    """Whether the ACL of a value runs in some of the phases, and in no other."""
    mine = survey.phases.get(getattr(use.owner, "name", ""), frozenset())
    return bool(mine) and mine <= phases
