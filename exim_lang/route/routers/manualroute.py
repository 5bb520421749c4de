"""The router `manualroute`: hosts that the configuration names (specification chapter 20)."""

from __future__ import annotations

import re

from exim_lang.errors import Deferred, ExpansionError, ForcedFailure
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list
from exim_lang.lists.result import ListDeferred
from exim_lang.route.address import Host, Outcome, is_local
from exim_lang.route.common import build_hosts, find_transport, look_up_hosts, queue, set_errors_and_headers
from exim_lang.route.registry import Run, router_driver
from exim_lang.source.text import Text
from exim_lang.taint import like

_WORDS = ("randomize", "no_randomize", "byname", "bydns", "ipv4_prefer", "ipv4_only")
_ESCAPE = re.compile(rb"\\(n|t|r|[0-7]{1,3}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)
_BLANKS = b" \t\n\v\f\r"


@router_driver("manualroute")
def manualroute(run: Run) -> Outcome:
    """Takes the first rule of `route_list` whose pattern fits the domain, or what `route_data` gives."""
    router, address = run.router, run.address
    rule = _rule(run)
    if isinstance(rule, str):
        return rule
    host_list, words = rule
    try:
        names = run.expand(host_list) if "route_list" in router.settings else host_list
    except ForcedFailure:
        return "decline"
    except ExpansionError as error:
        return run.failed_expansion(host_list.decode("latin-1"), error)
    run.scope.value = None
    options: set[str] = set()
    transport = None
    for word in words.split():
        name = word.decode("latin-1")
        # Exim is content with the beginning of a word.
        whole = next((known for known in _WORDS if known.startswith(name)), None)
        if whole is not None:
            name = whole
            options.add(name)
            if name in ("byname", "bydns"):
                options.discard("bydns" if name == "byname" else "byname")
            continue
        transport = next((one for one in run.config.transports if one.name.startswith(name)), None)
        if transport is None:
            message = f'unknown routing option or transport name "{name}"'
            run.log(f"Error in {router.name} router: {message}")
            return run.defer(f"error in router: {message}")
    outcome = set_errors_and_headers(run)
    if outcome != "ok":
        return outcome
    if transport is None:
        found = find_transport(run, router.text("transport"))
        if isinstance(found, str):
            return run.defer(found)
        transport = found
    address.transport = transport
    if is_local(transport):
        address.hosts = [Host(names)] if names else []
        if names:
            address.state.host = names
        return queue(run)
    if not names.strip():
        if run.purpose in ("sender", "recipient", "expn"):
            return queue(run)
        address.transport = None
        message = f"error in {router.name} router: no host(s) specified for domain {run.domain.decode('latin-1')}"
        run.log(message)
        return run.defer(message)
    lookup = next((word for word in ("byname", "bydns") if word in options), "")
    on_failure = str(router.option("host_find_failed"))
    outcome = look_up_hosts(run, build_hosts(names), lookup, on_failure, frozenset(options))
    if outcome != "ok":
        address.transport = None
        return outcome
    return queue(run) if address.hosts else _all_ignored(run)


def _all_ignored(run: Run) -> Outcome:
    """host_find_failed = ignore left no host."""
    run.address.transport = None
    action = str(run.router.option("host_all_ignored"))
    if action in ("decline", "pass"):
        return "pass" if action == "pass" else "decline"
    name = run.router.name
    message = f"lookup failed for all hosts in {name} router: host_find_failed=ignore host_all_ignored={action}"
    run.address.frozen = action == "freeze"
    return run.fail_with("fail" if action == "fail" else "defer", message)


def _rule(run: Run) -> tuple[bytes, bytes] | Outcome:
    """The list of hosts, still to be expanded where it stands in route_list, and the options behind it."""
    router = run.router
    rules = router.text("route_list")
    if rules is not None:
        for item in split_list(rules.encode(), None, default=ord(";")):
            pattern, rest = _word(item)
            if not pattern:
                continue
            try:
                match = check_list(run.scope, "domain", run.domain, pattern)
            except ListDeferred:
                return run.defer("lookup defer in route_list")
            if match is not None:
                run.scope.value = match.value
                return _word(rest)
        return "decline"
    data = router.text("route_data")
    assert data is not None, "the configuration was checked for one of the two"
    item_or_outcome = expand_data(run, data)
    if isinstance(item_or_outcome, str):
        return item_or_outcome
    hosts, rest = _word(item_or_outcome)
    return (hosts, rest) if hosts else "decline"


def expand_data(run: Run, text: Text) -> bytes | Outcome:
    """The value of `route_data`: a forced failure declines, everything else that goes wrong defers."""
    try:
        return run.expand(text)
    except ForcedFailure:
        return "decline"
    except Deferred as error:
        return run.defer(f'failed to expand "{text}": {error.message}')
    except ExpansionError as error:
        return run.defer(f'failed to expand "{text}": {error.message}')


def _word(item: bytes) -> tuple[bytes, bytes]:
    """The first word, or string in quotes, and the rest."""
    text = item.lstrip(_BLANKS)
    if not text.startswith(b'"'):
        parts = text.split(None, 1)
        if not parts:
            return b"", b""
        return like(parts[0], item), like(parts[1] if len(parts) > 1 else b"", item)
    end = 1
    while end < len(text) and text[end] != 0x22:
        end += 2 if text[end] == 0x5C else 1
    inside = _ESCAPE.sub(_unescaped, text[1:end])
    return like(inside, item), like(text[end + 1 :].lstrip(_BLANKS), item)


def _unescaped(match: re.Match[bytes]) -> bytes:
    body = match[1]
    known = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(body)
    if known is not None:
        return known
    if body[:1].isdigit() and body[:1] < b"8":
        return bytes([int(body, 8) & 0xFF])
    return bytes([int(body[1:], 16)]) if len(body) > 1 else body
