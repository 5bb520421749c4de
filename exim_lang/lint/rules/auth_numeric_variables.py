"""An authenticator uses `$1`, `$2` and `$3` for what was sent to it.

Any `match` in the condition gives them other values. They are `$auth1`, `$auth2` and `$auth3` since 4.61.

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if crypteq{$3}{${lookup{$2}lsearch{/etc/p}{$value}fail}}}
      server_set_id = $2

Good (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if crypteq{$auth3}{${lookup{$auth2}lsearch{/etc/p}{$value}fail}}}
      server_set_id = $auth2
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("auth-numeric-variables", group="security", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """Numeric variables in options of servers that have no `match` of their own."""
    for use, node in survey.nodes(tree.Variable):
        if use.where != "authenticator" or node.name not in ("1", "2", "3") or not use.name.startswith("server_"):
            continue
        if any(isinstance(other, tree.Test) and other.name == "match" for other in use.nodes):
            continue
        edit = use.edit(node.span, f"${{auth{node.name}}}" if node.braced else f"$auth{node.name}")
        fix = Fix(f"write $auth{node.name}", (edit,)) if edit else None
        yield use.finding(node.span, f"${node.name} is what any match leaves behind", help=f"write $auth{node.name}", fix=fix)
