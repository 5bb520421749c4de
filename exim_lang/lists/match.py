"""The front door of lists: is this subject in that list? (specification chapter 10)

    match_list   a list that is expanded already, for conditions of expansions; goes into `Scope.match_list`
    check_list   the text of an option or of an ACL condition, expanded first
    check_host   the same for host lists, about the client or about another host
    match_ip     the expansion condition of that name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.lists.result import Cache, Kind, Match
from exim_lang.source.text import Text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def match_list(scope: Scope, kind: Kind, subject: bytes, items: bytes, *, caseless: bool = True) -> bytes | None:
    """The value of the match of `subject` in the expanded list `items` (empty where there is none); None for no match.

    Sets `scope.numeric` to `$0`, `$1`, ... for domain, local part and string lists. Raises ListDeferred when it cannot be decided.
    """
    found = check_list(scope, kind, subject, items, caseless=caseless, expanded=True)
    return None if found is None else found.value or b""


def check_list(
    scope: Scope,
    kind: Kind,
    subject: bytes,
    text: Text | bytes | str | None,
    *,
    caseless: bool = True,
    option: str = "",
    cache: Cache | None = None,
    expanded: bool = False,
    single: bool = False,
    numeric: bool | None = None,
) -> Match | None:
    """Whether `subject` is in the list `text`, which is expanded first; None for no.

    A `text` of None is an option that is not set, and holds nothing. A forced failure means no. `option` is its name, for
    messages; without one they show the list itself. `cache` keeps what named lists say. `single=True` takes the text for
    one item, whatever separators it has (rewriting and retry rules, route lists). `numeric` says whether `$0`, `$1`, ...
    are set, which is usual for all kinds but addresses. Lines of Exim's log go to `scope.log`.

    Raises ListDeferred when it cannot be decided, ProcessDied where Exim's process would end, ClosedWorld.
    """
    raise NotImplementedError


def check_host(
    scope: Scope,
    text: Text | bytes | str | None,
    *,
    address: bytes | None = None,
    name: bytes | None = None,
    option: str = "",
    cache: Cache | None = None,
    expanded: bool = False,
) -> Match | None:
    """Whether a host is in the host list `text`: the client of `scope.connection`, or the one with `address` and `name`.

    The name of the client is looked up when an item needs it, and what named lists say of it is kept for the connection;
    the name of another host is `name`, and empty means that only its address may be asked for. An empty address is no
    host at all (a local process). The rest is as in `check_list`.
    """
    raise NotImplementedError


def match_ip(scope: Scope, address: bytes, text: bytes) -> bool:
    """The condition `match_ip`: whether the IP address (or the empty string) is in the host list `text`.

    Exim expands the list once more. Raises ExpansionError `"..." is not an IP address`, ListDeferred.
    """
    raise NotImplementedError
