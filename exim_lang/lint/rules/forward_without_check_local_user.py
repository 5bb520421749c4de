"""`$home` is used by a router that knows no user.

Without `check_local_user` or `router_home_directory` it is empty, and the file is `/.forward`.

Bad (router):

    uf:
      driver = redirect
      file = $home/.forward

Good (router):

    uf:
      driver = redirect
      check_local_user
      file = $home/.forward
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree

HOMES = frozenset({"check_local_user", "router_home_directory"})


@rule("forward-without-check-local-user", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """`$home` in options of routers without either option."""
    for use, node in survey.nodes(tree.Variable):
        if node.name != "home" or not isinstance(use.owner, Driver) or use.owner.kind != "router":
            continue
        if not use.owner.settings.keys() & HOMES and not use.name.startswith("transport_"):
            yield use.finding(node.span, "$home is empty here", help="add check_local_user or router_home_directory")
