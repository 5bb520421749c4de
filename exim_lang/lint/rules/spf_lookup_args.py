"""The key and the "file" of an SPF lookup are swapped.

The key is the address of the sender, and where other lookups have a file stands the address of the host.

Bad (exp):

    ${lookup{$sender_host_address}spf{$sender_address}}

Good (exp):

    ${lookup{$sender_address}spf{$sender_host_address}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("spf-lookup-args", group="expansion", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Lookups by the address of the host."""
    for use, node in survey.nodes(tree.Lookup):
        if node.type != "spf" or node.key is None or len(node.key.parts) != 1 or not node.arguments:
            continue
        first = node.key.parts[0]
        if isinstance(first, tree.Variable) and first.name == "sender_host_address":
            edits = (use.edit(node.key.span, use.source(node.arguments[0].span)),
                     use.edit(node.arguments[0].span, use.source(node.key.span)))
            given = tuple(edit for edit in edits if edit)
            fix = Fix("swap them", given) if len(given) == 2 else None
            yield use.finding(node.span, "the key of an SPF lookup is the sender's address", fix=fix)
