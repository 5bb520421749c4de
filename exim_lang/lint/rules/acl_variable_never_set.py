"""An ACL variable is used that nothing sets.

It is empty then; with `strict_acl_vars` it is an error.

Bad (acl):

    deny condition = ${if eq{$acl_m_spamy}{1}}
    accept

Good (acl):

    warn set acl_m_spammy = 1
    deny condition = ${if eq{$acl_m_spammy}{1}}
    accept
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Modifier

NAME = re.compile(r"acl_[cm][0-9_]\w*")
ARGUMENTS = re.compile(r"acl_(arg[1-9]|narg|verify_message)")


@rule("acl-variable-never-set", group="names", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Variables `$acl_c..` and `$acl_m..` that no `set` of the configuration names."""
    if survey.config.main.get("local_scan_path") or survey.main("perl_startup"):
        return
    routers = {found for use in survey.of("router", "set") for found in re.findall(r"\br_\w+(?=\s*=)", use.text.string)}
    for use, node in survey.nodes(tree.Variable):
        if node.name.startswith("r_") and node.name not in routers:
            guess = similar(node.name, routers)
            yield use.finding(node.span, f"no router sets ${node.name}", help=f"did you mean ${guess}?" if guess else "")
    known = {node.variable for _, _, one in survey.statements for node in one.conditions if isinstance(node, Modifier)}
    for use, node in survey.nodes(tree.Variable):
        if NAME.fullmatch(node.name) and node.name not in known:
            guess = similar(node.name, known)
            help = f"did you mean ${guess}?" if guess else ""
            yield use.finding(node.span, f"nothing sets ${node.name}", help=help)
