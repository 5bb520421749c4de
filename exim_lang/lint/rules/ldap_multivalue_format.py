"""The values of an LDAP attribute are separated by commas, without blanks.

Until 4.80 there was a blank behind each; a comma in a value is doubled since.

Bad (exp):

    ${lookup ldapm{ldap://h/dc=x?mail}{${sg{$value}{, }{:}}}}

Good (exp):

    ${map{<, ${lookup ldapm{ldap://h/dc=x?mail}}}{$item}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("ldap-multivalue-format", group="upgrade", severity="warning", since="4.80")
def check(survey: Survey) -> Iterator[Finding]:
    """`, ` in what is made of the value of an LDAP lookup."""
    for use, node in survey.nodes(tree.Lookup):
        if node.type.startswith("ldap") and len(node.arguments) > 1:
            found = re.search(r"\{, \}", use.source(node.arguments[1].span))
            if found is not None:
                start = node.arguments[1].span.start + found.start()
                yield use.finding(Span(start, start + len(found[0])), "there is no blank behind the comma")
