"""The router `iplookup`: a host says what an address becomes (specification chapter 19)."""

from __future__ import annotations

from exim_lang.errors import ClosedWorld, ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.string_list import split_list
from exim_lang.route.address import Outcome
from exim_lang.route.registry import Run, router_driver
from exim_lang.taint import join, like, taint
from exim_lang.world.fixtures import stub, to_bytes, to_text

LONGEST = 256
"""Bytes of an answer that are looked at."""


@router_driver("iplookup")
def iplookup(run: Run) -> Outcome:
    """Asks the hosts one after another; fixtures of the kind "iplookup" answer: the call is `PROTOCOL HOST:PORT QUERY`.

    An answer is a string, `null` for a host that does not respond. Raises ClosedWorld without one: it is never asked live.
    """
    router, address = run.router, run.address
    original = join([address.state.local_part, b"@", run.domain])
    text = router.text("query")
    try:
        query = run.expand(text) if text is not None else join([original, b" ", original])
    except ExpansionError as error:
        return run.defer(f'{router.name} router failed to expand "{text}": {error.message}')
    response = _ask(run, query)
    if response is None:
        if router.option("optional"):
            return "pass"
        return run.defer(f"{router.name} router: failed to get anything from any host")
    response = taint(response[:LONGEST])
    pattern = router.text("response_pattern")
    saved = run.scope.numeric
    run.scope.numeric = (response,)
    try:
        if pattern is not None:
            match = regex.compile(pattern.encode()).search(response)
            if match is None:
                return "decline"
            run.scope.numeric = match.groups
        elif text is None:
            words = response.split(None, 1)
            if len(words) < 2 or words[1].strip() != original:
                return "decline"
        reroute = router.text("reroute")
        try:
            new = run.expand(reroute) if reroute is not None else like(response.split(None, 1)[0], response)
        except ExpansionError as error:
            return run.defer(f'{router.name} router: failed to expand "{reroute}": {error.message}')
    finally:
        run.scope.numeric = saved
    if b"@" not in new:
        return run.defer(f"{router.name} router: malformed rerouted address {new.decode('latin-1')}")
    run.chains.new.insert(0, address.child(taint(new)))
    return "ok"


def _ask(run: Run, query: bytes) -> bytes | None:
    """The first answer of a host; None when none of them has one."""
    router = run.router
    hosts = router.text("hosts")
    assert hosts is not None, "the configuration was checked for it"
    protocol = str(router.option("protocol")).encode("latin-1")
    for host in split_list(hosts.encode()):
        call = b"%s %s:%d %s" % (protocol, host, int(str(router.option("port"))), query)
        if not run.scope.world.fixtures.knows("iplookup", call):
            shown = to_text(call)
            raise ClosedWorld(
                f"the router {router.name} asks {shown}, which is not answered: give a fixture",
                call=f'iplookup "{shown}"',
                stub=stub("iplookup", call, "..."),
            )
        answer = run.scope.world.fixtures.get("iplookup", call)
        if isinstance(answer, str) and answer:
            return to_bytes(answer)
    return None
