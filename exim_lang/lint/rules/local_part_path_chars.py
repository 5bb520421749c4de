"""Local parts with `@ % ! / |`, or with a dot in front, are not refused.

The configuration that comes with Exim refuses such recipients before anything else: they are paths, old routes and pieces of
commands to programs behind, and no real address has them.

Bad (acl):

    accept domains = +local_domains

Good (acl):

    deny domains = +local_domains
         local_parts = ^[.] : ^.*[@%!/|]
    accept domains = +local_domains
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax.acl_nodes import Acl, Statement

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use

_LOCAL = ("appendfile", "lmtp", "pipe")


@rule("local-part-path-chars", group="taint", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """The first statement of the ACL of RCPT that accepts for local domains, when nothing there looks at local parts."""
    acls = [acl for name, acl in survey.config.acls.items() if "RCPT" in survey.phases[name]]
    if not any(transport.driver in _LOCAL for transport in survey.config.transports):
        return
    if any(_looks(survey.use_of(node)) for acl in acls for one in acl.statements for node in one.conditions):
        return
    for acl in acls:
        statement = next((one for one in acl.statements if _accepts(one)), None)
        if statement is not None:
            message = f"the ACL {acl.name} takes local parts with @ % ! / | and a dot in front"
            help = "put in front of it: deny domains = +local_domains / local_parts = ^[.] : ^.*[@%!/|]"
            yield Finding(message, statement.text, _verb(statement), help, _fix(survey, acl, statement))
            return


def _looks(use: Use) -> bool:
    """Whether a condition has a slash and a regular expression for local parts in it."""
    if use.name == "local_parts":
        return "/" in use.text.string and "^" in use.text.string
    return use.name == "condition" and "local_part" in use.text.string and "match" in use.text.string


def _accepts(statement: Statement) -> bool:
    """Whether it accepts strangers' mail for some domain."""
    names = {node.name for node in statement.conditions}
    return statement.verb == "accept" and ("domains" in names or not names & {"authenticated", "hosts", "condition", "acl"})


def _verb(statement: Statement) -> Span:
    return Span(statement.span.start, statement.span.start + len(statement.verb))


def _fix(survey: Survey, acl: Acl, statement: Statement) -> Fix | None:
    domains = "domains = +local_domains\n       " if "local_domains" in survey.config.lists["domain"] else ""
    deny = f"deny {domains}local_parts = ^[.] : ^.*[@%!/|]\n  "
    edit = edit_of(statement.text, Span(statement.span.start, statement.span.start), deny)
    return Fix("refuse such local parts", (edit,)) if edit is not None else None
