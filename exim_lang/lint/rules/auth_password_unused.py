"""The password is not looked at: whoever knows a name is in.

The condition of a server for PLAIN or LOGIN asks about the name only.

Bad (auth):

    login:
      driver = plaintext
      public_name = LOGIN
      server_prompts = Username:: : Password::
      server_condition = ${lookup{$auth1}lsearch{/etc/exim4/passwd}{yes}{no}}

Good (auth):

    login:
      driver = plaintext
      public_name = LOGIN
      server_prompts = Username:: : Password::
      server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{/etc/exim4/passwd}{$value}fail}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.plaintext import PASSWORDS, mechanism
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("auth-password-unused", group="security", severity="critical")
def check(survey: Survey) -> Iterator[Finding]:
    """Conditions with `$auth1` or `$auth2` for the name, that do not mention the password, and call nothing that could."""
    for use in survey.of("authenticator", "server_condition"):
        name = mechanism(use)
        if not name or not use.tree.closed or use.constant is not None:
            continue
        names = {node.name for node in use.nodes if isinstance(node, tree.Variable)}
        calls = any(isinstance(node, tree.Item | tree.Test) and node.name in ("acl", "dlfunc") for node in use.nodes)
        variables = {one for one in names if one.startswith("auth") or one.isdigit()}
        password = PASSWORDS[name]
        stored = any(one.startswith(("acl_", "regex")) for one in names)
        if variables and not calls and not stored and not variables & {password, password[-1], "auth3", "3"}:
            yield use.finding(use.whole, f"the password (${password}) is not looked at", help=f"compare ${password}")
