"""An address is taken apart at colons, which IPv6 addresses have themselves.

Bad (exp):

    ${extract{1}{:}{$sender_host_address}}

Good (exp):

    ${extract{1}{.}{$sender_host_address}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.constants import argument
from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

ADDRESSES = ("sender_host_address", "host_address", "interface_address", "received_ip_address", "sending_ip_address")


@rule("extract-ip-by-colon", group="expansion", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`extract` by ":" from one of the variables that are addresses."""
    for use, node in survey.items("extract"):
        if len(node.arguments) > 2 and argument(node, 1) == ":":
            parts = node.arguments[2].parts
            if len(parts) == 1 and isinstance(part := parts[0], tree.Variable) and part.name in ADDRESSES:
                yield use.finding(node.span, f"${part.name} has colons of its own when it is an IPv6 address")
