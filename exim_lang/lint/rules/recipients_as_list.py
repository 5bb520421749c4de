"""`$recipients` is used as a list.

It is text, addresses with commas and blanks between them, and addresses may have commas. `$recipients_list` is a list.

Bad (exp):

    ${if forany{<, $recipients}{eq{$item}{a@b}}}

Good (exp):

    ${if forany{$recipients_list}{eq{$item}{a@b}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.syntax import expansion as tree

LISTS = ("map", "reduce", "sort", "listextract")


@rule("recipients-as-list", group="expansion", severity="warning", fix="partial", since="4.97")
def check(survey: Survey) -> Iterator[Finding]:
    """The variable in the list of a loop, or of what takes lists apart."""
    for use, each in survey.nodes(tree.Each):
        yield from _look(use, each.items)
    for use, filter in survey.nodes(tree.Filter):
        yield from _look(use, filter.items)
    for use, item in survey.items(*LISTS):
        yield from _look(use, item.arguments[0] if item.arguments and item.name != "listextract" else None)
    for use, operator in survey.operators("listcount"):
        yield from _look(use, operator.operand)


def _look(use: Use, string: tree.String | None) -> Iterator[Finding]:
    for part in string.parts if string else ():
        if isinstance(part, tree.Variable) and part.name == "recipients":
            edit = use.edit(string.span, "$recipients_list") if string else None
            fix = Fix("write $recipients_list", (edit,), safe=False) if edit else None
            yield use.finding(part.span, "$recipients is no list", help="write $recipients_list", fix=fix)
