"""A redirect router may get pipes, files or automatic replies, and has no transports for them.

An alias `|command` or `/file` then defers the mail (`pipe_transport unset in system_aliases router`).

Bad (router):

    system_aliases:
      driver = redirect
      data = ${lookup{$local_part}lsearch{/etc/aliases}}

Good (router):

    system_aliases:
      driver = redirect
      data = ${lookup{$local_part}lsearch{/etc/aliases}}
      pipe_transport = address_pipe
      file_transport = address_file
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import is_set
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree

FILES = ("lsearch", "wildlsearch", "nwildlsearch", "dbm", "cdb", "partial-lsearch")


@rule("redirect-without-pipe-transport", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Routers that read aliases or .forward from files without any transport for what is no address."""
    for use in survey.of("router", "allow_filter"):
        router = use.owner
        if not isinstance(router, Driver) or not is_set(router, "allow_filter"):
            continue
        if not router.settings.keys() & {"reply_transport", "forbid_filter_reply", "verify_only"}:
            message = f"filters may reply, and the router {router.name} has no transport for that"
            yield use.finding(use.whole, message, help="set reply_transport, or forbid_filter_reply")
    for driver in survey.config.routers:
        if driver.driver != "redirect" or driver.settings.keys() & {"file_transport", "pipe_transport", "verify_only"}:
            continue
        if {"forbid_file", "forbid_pipe"} <= driver.settings.keys():
            continue
        file = driver.settings.get("file")
        data = driver.settings.get("data")
        if file is not None:
            yield _finding(survey.use_of(file), driver)
        elif data is not None:
            use = survey.use_of(data)
            reads = any(isinstance(node, tree.Lookup) and node.type.rstrip("*@") in FILES for node in use.nodes)
            if reads and not _addresses_only(use):
                yield _finding(use, driver)


def _addresses_only(use: Use) -> bool:
    """Whether what is found is only a part of an address: something with @ stands beside it."""
    return any(isinstance(node, tree.Literal) and b"@" in node.value for node in use.nodes)


def _finding(use: Use, driver: Driver) -> Finding:
    return use.finding(
        use.whole,
        f"what this finds may be a pipe or a file, and the router {driver.name} has no transport for them",
        help="set pipe_transport and file_transport, or forbid_pipe and forbid_file",
    )
