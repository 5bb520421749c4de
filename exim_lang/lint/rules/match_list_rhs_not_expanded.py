"""An expansion in the list of `match_domain`, `match_address`, `match_ip` or `match_local_part`, which is not expanded.

The "$" stands for itself, and the first "}" ends the list: what is left becomes text of the result, which is not empty
and so counts as true.

Bad (exp):

    ${if match_domain{foo}{${lc:FOO}}{y}{n}}

Good (exp):

    ${if inlisti{foo}{${lc:FOO}}{y}{n}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding
from exim_lang.lint.references import MATCHES
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("match-list-rhs-not-expanded", group="expansion", severity="critical", since="4.77")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists of these conditions with "$" in them."""
    for use, node in survey.tests(*MATCHES):
        if len(node.arguments) < 2:
            continue
        text = constant(node.arguments[1])
        if text is not None and re.search(r"\$(\{|[A-Za-z])", text):
            message = f"the list of {node.name} is not expanded: \"$\" stands for itself in it"
            yield use.finding(node.arguments[1].span, message, help="use inlist or inlisti, or a named list")
