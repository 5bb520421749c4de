"""The manual page of a rule: what it says, and its examples, which the tests run.

A page is the docstring of the rule's module: a sentence, paragraphs, then examples, each an indented block behind a line

    Bad (KIND):          Good (KIND):          Bad (KIND, TARGET):

KIND is where the example stands in an otherwise sound configuration: `main`; `acl`, `acldata`, `aclconn` and so on (the body of
the ACL of that phase, `acl` being that of RCPT); `aclsec` (ACLs of their own); `router`, `transport`, `auth`,
`retry`, `rewrite` (a driver or a rule in front of the others); `exp` (a string that is expanded); `full` (a whole file).
TARGET is a version of Exim, where the example needs one: `4.96`, or `debian-4.96` for it as Debian builds it; `4.92 to 4.99`
is an upgrade.
"""

from __future__ import annotations

import re
import textwrap

from exim_lang.records import dataclass

_EXAMPLE = re.compile(
    r"^(Bad|Good) \(([a-z]+)(?:, (?:([0-9.]+) to )?((?:debian-)?[0-9.]+))?\):\n\n((?:(?:    .*)?\n)+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of configuration; `bad` is True when the rule finds something in it."""

    bad: bool
    kind: str
    text: str
    target: str = ""
    since: str = ""


def examples(page: str) -> list[Example]:
    """The examples of a page in their order."""
    return [
        Example(found[1] == "Bad", found[2], textwrap.dedent(found[5]).rstrip("\n") + "\n", found[4] or "", found[3] or "")
        for found in _EXAMPLE.finditer(page + "\n")
    ]
