"""A variable of an authenticator holds something else than is meant.

With PLAIN `$auth1` is who to act for (mostly empty), `$auth2` the name, `$auth3` the password. With LOGIN there are two
prompts: `$auth1` is the name, `$auth2` the password, and there is no `$auth3`. Whoever mixes them up lets nobody in, or
writes passwords into the log (`server_set_id`).

Bad (auth):

    login:
      driver = plaintext
      public_name = LOGIN
      server_prompts = Username:: : Password::
      server_condition = ${if eq{$auth3}{${lookup{$auth1}lsearch{/etc/exim4/passwd}{$value}fail}}}
      server_set_id = $auth1

Bad (auth):

    plain:
      driver = plaintext
      public_name = PLAIN
      server_prompts = :
      server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{/etc/exim4/passwd}{$value}fail}}}
      server_set_id = $auth3

Bad (auth):

    login:
      driver = plaintext
      public_name = LOGIN
      server_prompts = Username: : Password:
      server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{/etc/exim4/passwd}{$value}fail}}}

Good (auth):

    login:
      driver = plaintext
      public_name = LOGIN
      server_prompts = Username:: : Password::
      server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{/etc/exim4/passwd}{$value}fail}}}
      server_set_id = $auth1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.plaintext import PASSWORDS, mechanism
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("auth-wrong-variable", group="security", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """`$auth3` of LOGIN, passwords in `server_set_id`, prompts of LOGIN that are not two."""
    for use, node in survey.nodes(tree.Variable):
        name = mechanism(use)
        if name == "LOGIN" and node.name == "auth3" and use.name.startswith("server_"):
            yield use.finding(node.span, "LOGIN has no third string: $auth3 is empty", help="the password is $auth2")
        elif use.name == "server_set_id" and PASSWORDS.get(name) == node.name and len(use.tree.parts) == 1:
            help = "the name is $auth1" if name == "LOGIN" else "the name is $auth2"
            yield use.finding(node.span, f"with {name}, ${node.name} is the password, which goes into the log", help=help)
    for use in survey.of("authenticator", "server_prompts"):
        items = use.items.items if use.items is not None else ()
        if mechanism(use) == "LOGIN" and len(items) > 2 and not all(item.text for item in items):
            help = "double the colons in it, or begin with another separator: <| Username: | Password:"
            yield use.finding(use.whole, "the colons end the prompts: this asks for an empty one", help=help)
