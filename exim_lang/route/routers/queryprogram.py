"""The router `queryprogram`: a program says where an address goes (specification chapter 21)."""

from __future__ import annotations

import re

from exim_lang.errors import ExpansionError
from exim_lang.expand.items.run import split_command
from exim_lang.route.address import Host, Outcome, is_local
from exim_lang.route.common import build_hosts, find_transport, look_up_hosts, queue, set_errors_and_headers
from exim_lang.route.forward_list import ListError, ListReader
from exim_lang.route.registry import Run, router_driver
from exim_lang.route.rewrite import qualify_address
from exim_lang.taint import is_tainted, taint

LONGEST = 1023
"""Bytes of the answer that are looked at."""

_FIELD = re.compile(rb'(\w+)=("(?:[^"\\]|\\.)*"|\S*)\s*', re.DOTALL)


@router_driver("queryprogram")
def queryprogram(run: Run) -> Outcome:
    """Runs `command` (kind "run" of the world) and does what the first word of its answer says."""
    name = run.router.name
    answer = _answer(run)
    if isinstance(answer, str):
        return run.defer(answer)
    word, _, rest = answer.partition(b" ")
    rest = taint(rest.strip())
    address = run.address
    match word.lower():
        case b"decline":
            return "decline"
        case b"pass":
            return "pass"
        case b"fail":
            address.user_message = rest
            address.pass_message = True
            return run.fail_with("fail", rest or b"queryprogram router forced failure")
        case b"defer" | b"freeze":
            address.frozen = word.lower() == b"freeze"
            return run.defer(rest or b"queryprogram router forced deferment")
        case b"redirect":
            return _redirected(run, rest)
        case b"accept":
            return _accepted(run, rest)
    shown = answer.decode("latin-1")
    message = f"bad command yield: {shown}"
    run.log(f"{message} in {name} router", panic=True)
    return run.defer(message)


def _answer(run: Run) -> bytes | str:
    """The first line that the command prints, or why there is none."""
    router = run.router
    text = router.text("command")
    assert text is not None, "the configuration was checked for it"
    arguments = []
    for word in split_command(text.encode()):
        try:
            arguments.append(run.expand(bytes(word)))
        except ExpansionError as error:
            shown = word.decode("latin-1")
            return f'Expansion of "{shown}" from command "{text}" in {router.name} router failed: {error.message}'
    if not arguments:
        return f"{router.name} router: empty command"
    if is_tainted(arguments[0]):
        return f"Tainted '{arguments[0].decode('latin-1')}' (command for router '{router.name}') not permitted"
    limit = router.option("timeout")
    try:
        done = run.scope.world.run([bytes(a) for a in arguments], timeout=float(limit) if isinstance(limit, int) else None)
    except TimeoutError:
        run.address.frozen = True
        return f"{router.name} router: command timed out"
    except OSError as error:
        return f"{router.name} router couldn't create child process: {error.strerror}"
    if done.status:
        how = f"terminated by signal {-done.status}" if done.status < 0 else f"returned error code {done.status}"
        return f"command from {router.name} {how}"
    line = done.output[:LONGEST].partition(b"\n")[0].strip()
    return line or f"no data received from {router.name} command"


def _redirected(run: Run, rest: bytes) -> Outcome:
    """The rest of the line is a list of addresses."""
    scope = run.scope

    def qualify(address: bytes) -> bytes:
        return qualify_address(scope, address, "qualify_recipient")

    reader = ListReader(scope, frozenset(), qualify, run.domain)
    reader.literals = bool(run.config.option("allow_domain_literals"))
    try:
        targets = reader.read(rest).targets
    except ListError as error:
        return run.defer(f"error in redirect data: {error.message}")
    if not targets:
        return "decline"
    outcome = set_errors_and_headers(run)
    if outcome != "ok":
        return outcome
    start = run.router.text("redirect_router")
    children = [run.address.child(target.address) for target in targets if not target.generated]
    if len(children) != len(targets):
        return run.defer("error in redirect data: pipes and files are not permitted")
    for child in children:
        child.start_router = run.config.driver("router", start.string) if start is not None else None
    run.chains.new[:0] = children
    return "ok"


def _accepted(run: Run, rest: bytes) -> Outcome:
    router, address = run.router, run.address
    fields = {m[1].lower(): taint(m[2].strip(b'"') if m[2].startswith(b'"') else m[2]) for m in _FIELD.finditer(rest)}
    if b"data" in fields:
        address.state.address_data = fields[b"data"]
    outcome = set_errors_and_headers(run)
    if outcome != "ok":
        return outcome
    if b"transport" in fields:
        wanted = fields[b"transport"].decode("latin-1")
        named = run.config.driver("transport", wanted)
        if named is None:
            message = f"unknown transport name {wanted} yielded by {router.name} router"
            run.log(message, panic=True)
            return run.defer(message)
        address.transport = named
    else:
        found = find_transport(run, router.text("transport"))
        if isinstance(found, str):
            return run.defer(found)
        address.transport = found
    names = fields.get(b"hosts", b"")
    if is_local(address.transport):
        address.hosts = [Host(names)] if names else []
        return queue(run)
    if names:
        lookup = fields.get(b"lookup", b"").lower().decode("latin-1")
        if lookup not in ("", "byname", "bydns"):
            return run.defer(f'bad lookup type "{lookup}" yielded by {router.name} router')
        outcome = look_up_hosts(run, build_hosts(names), lookup, "freeze", frozenset())
        if outcome != "ok":
            return outcome
    return queue(run)
