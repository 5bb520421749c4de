"""The front door of lists: is this subject in that list? (specification chapter 10)

    match_list   a list that is expanded already, for conditions of expansions; goes into `Scope.match_list`
    check_list   the text of an option or of an ACL condition, expanded first
    check_host   the same for host lists, about the client or about another host
    match_ip     the expansion condition of that name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.lists.addresses import LONGEST, AddressCheck
from exim_lang.lists.hosts import HostCheck
from exim_lang.lists.result import Cache, Match
from exim_lang.lists.scan import Checker, Scan
from exim_lang.lists.strings import StringCheck
from exim_lang.lists.trouble import trace
from exim_lang.source.text import Text
from exim_lang.syntax.list_items import Kind, address_number
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_CLIENT = "list matches of the client"


def match_list(
    scope: Scope, kind: str, subject: bytes, items: bytes, *, caseless: bool = True, leaves_value: bool = False
) -> bytes | None:
    """The value of the match of `subject` in the expanded list `items` (empty where there is none); None for no match.

    `kind` is a `Kind`; for "host" the subject is an IP address, nothing but the address is matched, and the list is
    expanded once more, as the condition `match_ip` does. Sets `scope.numeric` to `$0`, `$1`, ... for domain, local part
    and string lists; with `leaves_value` also `scope.value` to what the items yielded, match or not, where
    they yielded anything. Raises ListDeferred when it cannot be decided.
    """
    match kind:
        case "host":
            found = _match_ip(scope, subject, items, leaves_value)
        case "domain" | "address" | "localpart" | "string":
            found = check_list(scope, kind, subject, items, caseless=caseless, expanded=True, leaves_value=leaves_value)
        case _:
            raise ValueError(f"{kind!r} is no kind of list")
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
    leaves_value: bool = False,
) -> Match | None:
    """Whether `subject` is in the list `text`, which is expanded first; None for no.

    A `text` of None is an option that is not set, and holds nothing. A forced failure means no. `option` is its name, for
    messages; without one they show the list itself. `cache` keeps what named lists say. `single=True` takes the text for
    one item, whatever separators it has (rewriting and retry rules, route lists). `numeric` says whether `$0`, `$1`, ...
    are set, which is usual for all kinds but addresses; `leaves_value` is explained at `match_list`. Lines of Exim's log go
    to `scope.log`.

    Raises ListDeferred when it cannot be decided, ProcessDied where Exim's process would end, ClosedWorld. A host list is
    `check_host`'s business.
    """
    checker: Checker
    lowered = like(subject.lower(), subject)
    match kind:
        case "address":
            subject = like(subject[:LONGEST], subject)
            at = subject.rfind(b"@")
            halves = subject[: at + 1], subject[at + 1 :]
            address = lowered if caseless else like(halves[0] + halves[1].lower(), subject)
            before = (subject,) if numeric else None
            checker = AddressCheck(scope, like(address[:LONGEST], subject), subject, caseless, before)
        case "host":
            raise ValueError("a host list is matched by check_host")
        case _:
            checker = StringCheck(
                scope,
                kind,
                lowered if caseless else subject,
                subject,
                caseless,
                before=None if numeric is False else (),
                partial=kind != "string",
                at_special=kind == "domain",
            )
    return _run(scope, checker, text, subject, option, cache, expanded, single, leaves_value)


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
    client = address is None
    if address is None:
        address = scope.connection.host_address
        if cache is None:
            kept = scope.caches.setdefault(_CLIENT, {})
            cache = kept if isinstance(kept, dict) else None
    checker = HostCheck(scope, address, name)
    saved = scope.variables.get("host_address")
    scope.variables["host_address"] = address
    try:
        subject = b"host" if client else address
        return _run(scope, checker, text, subject, option, cache, expanded, False)
    finally:
        if saved is None:
            del scope.variables["host_address"]
        else:
            scope.variables["host_address"] = saved


def match_ip(scope: Scope, address: bytes, text: bytes) -> Match | None:
    """The condition `match_ip`: whether the IP address (or the empty string) is in the host list `text`.

    Exim expands the list once more. Raises ExpansionError `"..." is not an IP address`, ListDeferred.
    """
    if address and address_number(address.partition(b"%")[0]) is None:
        raise ExpansionError(f'"{address.decode("latin-1")}" is not an IP address')
    return _match_ip(scope, address, text)


def _match_ip(scope: Scope, address: bytes, text: bytes, leaves_value: bool = False) -> Match | None:
    checker = HostCheck(scope, address, b"")
    return _run(scope, checker, text, address, "", None, False, False, leaves_value)


def _run(
    scope: Scope,
    checker: Checker,
    text: Text | bytes | str | None,
    subject: bytes,
    option: str,
    cache: Cache | None,
    expanded: bool,
    single: bool,
    leaves_value: bool = False,
) -> Match | None:
    if text is None:
        if option not in scope.config.main:
            trace(scope, f"{subject.decode('latin-1')} in {option}? no (option unset)")
            return None
        text = b""  # set, to nothing
    if leaves_value and not isinstance(checker, StringCheck):
        checker.value = scope.value
    scan = Scan(scope, checker, option, cache, subject)
    if not expanded:
        matched = scan.expanded(text, single=single)
    else:
        items = text if isinstance(text, bytes) else str(text).encode("latin-1")
        matched = scan.over_expanded(items, single=single)
    if leaves_value:
        scope.value = checker.value
    return Match(checker.value) if matched else None
