"""Something from outside is added to a list without `listquote`.

A colon in the value makes more items of it.

Bad (acl):

    warn set acl_m_l = $acl_m_l : $sender_address
    accept

Good (acl):

    warn set acl_m_l = $acl_m_l : ${listquote{:}{$sender_address}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

REMOTE = re.compile(r"sender_(address(_local_part|_domain)?|helo_name|host_name|ident)|local_part|domain|smtp_command.*")


@rule("unquoted-list-building", group="expansion", severity="warning", fix="yes", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Variables set to themselves, a separator and a value of the sender."""
    for use in survey.of("acl", "set"):
        parts = use.tree.parts
        name = getattr(use.node, "variable", "")
        if not any(isinstance(part, tree.Variable) and part.name == name for part in parts):
            continue
        for before, part in pairwise(parts):
            colon = isinstance(before, tree.Literal) and before.value.strip() == b":"
            if colon and isinstance(part, tree.Variable) and REMOTE.fullmatch(part.name):
                quoted = f"${{listquote{{:}}{{{use.source(part.span)}}}}}"
                edit = use.edit(part.span, quoted)
                fix = Fix("quote it", (edit,)) if edit else None
                yield use.finding(part.span, f"a colon in ${part.name} makes more items", help=f"write {quoted}", fix=fix)
