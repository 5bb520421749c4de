"""When each ACL runs: which option names it, directly, in a branch of an expansion, or through another ACL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use
    from exim_lang.model.config import Config

OPTIONS: Final = {
    "acl_not_smtp": "NOTSMTP",
    "acl_not_smtp_mime": "MIME",
    "acl_not_smtp_start": "NOTSMTP_START",
    "acl_smtp_atrn": "ATRN",
    "acl_smtp_auth": "AUTH",
    "acl_smtp_connect": "CONNECT",
    "acl_smtp_data": "DATA",
    "acl_smtp_data_prdr": "PRDR",
    "acl_smtp_dkim": "DKIM",
    "acl_smtp_etrn": "ETRN",
    "acl_smtp_expn": "EXPN",
    "acl_smtp_helo": "HELO",
    "acl_smtp_mail": "MAIL",
    "acl_smtp_mailauth": "MAILAUTH",
    "acl_smtp_mime": "MIME",
    "acl_smtp_notquit": "NOTQUIT",
    "acl_smtp_predata": "PREDATA",
    "acl_smtp_quit": "QUIT",
    "acl_smtp_rcpt": "RCPT",
    "acl_smtp_starttls": "STARTTLS",
    "acl_smtp_vrfy": "VRFY",
    "acl_smtp_wellknown": "WELLKNOWN",
}
"""The main options that name ACLs, and the phase of each."""

_WORD = re.compile(r"[^\s:{}]+")


def phases_of(config: Config, uses: Iterable[Use]) -> dict[str, frozenset[str]]:
    """The phases of each ACL of a configuration. A name that an expansion could give counts as given."""
    found: dict[str, set[str]] = {name: set() for name in config.acls}
    calls: dict[str, set[str]] = {name: set() for name in config.acls}
    for use in uses:
        if use.where == "main" and use.name in OPTIONS:
            for name in named_acls(use, config, whole=True):
                found[name].add(OPTIONS[use.name])
        elif use.where == "acl" and use.owner is not None:
            for name in named_acls(use, config, whole=use.name == "acl"):
                calls[use.owner.name].add(name)  # type: ignore[union-attr]
    changed = True
    while changed:
        changed = False
        for caller, names in calls.items():
            for name in names:
                if not found[caller] <= found[name]:
                    found[name] |= found[caller]
                    changed = True
    return {name: frozenset(phases) for name, phases in found.items()}


def direct_phases(uses: Iterable[Use], config: Config) -> dict[str, frozenset[str]]:
    """The phases whose options name an ACL themselves."""
    found: dict[str, set[str]] = {name: set() for name in config.acls}
    for use in uses:
        if use.where == "main" and use.name in OPTIONS:
            for name in named_acls(use, config, whole=True):
                found[name].add(OPTIONS[use.name])
    return {name: frozenset(phases) for name, phases in found.items()}


def named_acls(use: Use, config: Config, *, whole: bool) -> Iterator[str]:
    """The ACLs that a value names: with `whole` the value itself is a name, else only `${acl{name}}` and `acl{{name}}` are."""
    for node in use.nodes:
        if isinstance(node, tree.Item | tree.Test) and node.name == "acl" and node.arguments:
            yield from (name for name in words(node.arguments[0]) if name in config.acls)
        elif whole and isinstance(node, tree.Literal):
            yield from (name for name in _WORD.findall(node.value.decode("latin-1")) if name in config.acls)


def words(string: tree.String) -> list[str]:
    """The words of the parts of a string that stand for themselves."""
    text = b" ".join(part.value for part in string.parts if isinstance(part, tree.Literal))
    return _WORD.findall(text.decode("latin-1"))
