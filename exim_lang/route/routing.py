"""The loop over the routers for one address (specification sections 3.10 to 3.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.caches import recipient_cache
from exim_lang.errors import ClosedWorld, EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand.state import Address
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list
from exim_lang.route.address import Chains, Outcome, Purpose, RoutedAddress, Step
from exim_lang.route.common import truth
from exim_lang.route.preconditions import check_affixes, check_preconditions
from exim_lang.route.prepared import PreparedRouter, function_of
from exim_lang.route.registry import Run
from exim_lang.route.translate import translate_addresses
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver

DYNASTY = 100
"""Ancestors that an address may have."""


def split_address(scope: Scope, address: RoutedAddress) -> None:
    """Sets local part and domain; the percent hack (percent_hack_domains) is applied. Raises ListDeferred."""
    address.split(address.address)
    text = scope.config.text("percent_hack_domains")
    while text is not None and b"%" in address.caseful:
        if check_list(scope, "domain", address.state.domain, text, option="percent_hack_domains") is None:
            break
        local_part, _, domain = address.caseful.rpartition(b"%")
        address.address = like(local_part + b"@" + domain, address.address)
        address.split(address.address)


def route_address(
    scope: Scope, address: RoutedAddress, chains: Chains, purpose: Purpose, *, testing: bool = False
) -> Outcome:
    """Passes the address from router to router until one decides; what it is routed to ends up in `chains`.

    The answer is "ok" (also for an address that goes on under another name), "fail", "defer" or "discard"; the address
    has the message. Raises ClosedWorld.
    """
    saved = scope.address, scope.numeric, scope.value, scope.where
    run = Run(scope, scope.config.routers[0], address, purpose, chains, testing=testing) if scope.config.routers else None
    if run is not None and purpose == "recipient" and _is_checked(scope.address, address.address):
        run.named = recipient_cache(scope)
    if scope.debug is not None:
        scope.debug(">" * 35)
        scope.debug(f"routing {address.address.decode('latin-1')}")
    try:
        scope.address = address.state
        if address.state.original is None:
            address.state.original = address.state
        outcome = _loop(run, address) if run is not None else None
        if outcome is None:
            outcome = _unrouteable(scope, address)
        return outcome
    finally:
        scope.address, scope.numeric, scope.value, scope.where = saved
        address.state.router_name = b""
        if scope.watch is not None:
            for step in address.steps:
                scope.watch.step(step)


def _is_checked(checked: Address | None, routed: bytes) -> bool:
    """Whether it is the recipient that an ACL is about, and may have asked the same named lists about."""
    return checked is not None and b"%s@%s" % (checked.local_part.lower(), checked.domain) == routed.lower()


def _loop(run: Run, address: RoutedAddress) -> Outcome | None:
    """None when there are no more routers."""
    routers = run.config.routers
    at = routers.index(address.start_router) if address.start_router is not None else 0
    while at < len(routers):
        router = run.router = address.router = routers[at]
        at += 1
        step = Step(router.name, "")
        address.steps.append(step)
        looped = _already_routed(run)
        if looped is None:
            run.log(f"routing loop for {address.address.decode('latin-1')}", panic=True)
            step.outcome = "routing loop"
            return "defer"
        if looped:
            step.outcome = "skipped: previously routed"
            continue
        prepared = PreparedRouter.of(router, run.purpose, run.testing)
        state = address.state
        state.router_name = prepared.name
        run.scope.where = prepared.where
        try:
            outcome = _one(run, prepared, step)
        except ClosedWorld as error:
            raise error.at(router.line.text, router.span) from error.__cause__
        state.router_name = b""
        match outcome:
            case "next":
                continue
            case "end":
                return None
            case "pass":
                target = router.text("pass_router")
                if target is not None:
                    at = next(n for n, other in enumerate(routers) if other.name == target.string)
                continue
            case "decline":
                more = truth(run, "more")
                if isinstance(more, str):
                    return run.defer(more)
                if not more:
                    run.say('"more" is false: skipping remaining routers')
                    return None
                continue
            case "ok":
                return _succeeded(run)
            case "lost":
                return "ok"
            case "rerouted":
                run.say(f"re-routed to {run.chains.new[0].address.decode('latin-1')}")
                return "ok"
            case "defer":
                message = "<none>" if address.message is None else address.message.decode("latin-1")
                run.say(f"{router.name} router: defer for {address.address.decode('latin-1')}\n  message: {message}")
                return "defer"
            case "fail" | "discard":
                return outcome
            case _:
                raise EximLangError(f"{router.name} router returned unknown value {outcome}")
    return None


def _one(run: Run, prepared: PreparedRouter, step: Step) -> str:
    """Asks one router: an Outcome, "next" for one that is skipped, or "end"."""
    router, address = run.router, run.address
    checked = check_affixes(run, prepared.affixes)
    if checked == "ok":
        checked = check_preconditions(run, prepared.preconditions)
    if checked == "skip":
        step.outcome = run.skipped
        return "next"
    if checked == "defer":
        step.outcome = "defer"
        return "defer"
    outcome = _set_variables(run)
    if outcome is None:
        outcome = _set_address_data(run)
    if outcome is not None:
        step.outcome = outcome
        return outcome
    address.local_host_removed = False
    address.user = run.user
    if run.scope.debug is not None:
        run.say(f"calling {router.name} router")
    result = function_of(router)(run)
    step.outcome = result
    if result == "fail":
        run.say(f"{router.name} router forced address failure")
        return result
    if run.purpose in ("sender", "recipient") and router.option(f"fail_verify_{run.purpose}") and result in ("ok", "pass"):
        address.message = f"{router.name} router forced verify failure".encode("latin-1")
        for chain in (run.chains.local, run.chains.remote):
            if chain and chain[0] is address:
                chain.pop(0)
        step.outcome = "fail"
        return "fail"
    if result in ("pass", "decline") and run.scope.debug is not None:
        word = "passed" if result == "pass" else "declined"
        run.say(f"{router.name} router {word} for {address.address.decode('latin-1')}")
    return result


def _already_routed(run: Run) -> bool | None:
    """Whether an ancestor was routed here under the same address; None when there are too many ancestors."""
    parent = run.address.parent
    if parent is None:
        return False
    router, address = run.router, run.address
    count = 0
    while parent is not None:
        if parent.router is router:
            repeat = router.fact("repeat_use") is None or bool(router.option("repeat_use"))
            broken = not repeat or parent.address.lower() == address.address.lower()
            if repeat and broken and router.option("caseful_local_part"):
                broken = parent.address.rpartition(b"@")[0] == address.address.rpartition(b"@")[0]
            if broken:
                return True
        count += 1
        if count > DYNASTY:
            return None
        parent = parent.parent
    return False


def _declined_early(run: Run) -> str:
    """An expansion was forced to fail: as if the router declined."""
    more = truth(run, "more")
    if isinstance(more, str):
        return run.defer(more)
    return "next" if more else "end"


def _set_variables(run: Run) -> str | None:
    """The options `set = r_name = value`; None to go on."""
    router, address = run.router, run.address
    text = router.text("set")
    if text is None:
        return None
    for item in split_list(text.encode(), None, default=ord(";")):
        name, _, value = item.partition(b"=")
        key = name.strip().decode("latin-1")
        if not key.startswith("r_"):
            return _lost(run, f"bad router variable name '{key}' in {router.name} router")
        assigned = value.lstrip()
        try:
            result = run.expand(assigned)
        except ForcedFailure:
            return _declined_early(run)
        except ExpansionError as error:
            shown = assigned.decode("latin-1")
            return _lost(run, f'expansion of "{shown}" failed in {router.name} router: {error.message}')
        address.state.router_variables[key[2:]] = result
    return None


def _lost(run: Run, message: str) -> str:
    """Exim forgets that `set` failed: the address counts as routed, and goes nowhere. The log here says so."""
    run.fail_with("defer", message)
    run.log(f"{message} (Exim takes the address and loses it)", panic=True)
    return "lost"


def _set_address_data(run: Run) -> str | None:
    router = run.router
    text = router.text("address_data")
    if text is None:
        return None
    try:
        run.address.state.address_data = run.expand(text)
    except ForcedFailure:
        return _declined_early(run)
    except ExpansionError as error:
        return run.defer(f'expansion of "{text}" failed in {router.name} router: {error.message}')
    return None


def _unrouteable(scope: Scope, address: RoutedAddress) -> Outcome:
    """There are no more routers."""
    if scope.debug is not None:
        scope.debug("no more routers")
    if address.message is None:
        message = b"Unrouteable address"
        router = address.router
        text = router.text("cannot_route_message") if router is not None else None
        if text is not None and router is not None:
            try:
                message = scope.expand(text)
            except ForcedFailure:
                pass  # the usual message is what remains
            except ExpansionError as error:
                line = f"failed to expand cannot_route_message in {router.name} router: {error.message}"
                scope.log += [("main", line), ("panic", line)]
        address.message = address.user_message = message
    address.router = None
    return "fail"


def _succeeded(run: Run) -> Outcome:
    unseen = truth(run, "unseen")
    if isinstance(unseen, str):
        return run.defer(unseen)
    if "translate_ip_address" in run.router.settings and run.address.hosts:
        wrong = translate_addresses(run)
        if wrong:
            for chain in (run.chains.local, run.chains.remote):
                chain[:] = [one for one in chain if one is not run.address]
            return run.defer(wrong)
    if run.scope.debug is not None:
        run.say(f"routed by {run.router.name} router{' (unseen)' if unseen else ''}")
    run.address.message = None
    following = next_router(run.config.routers, run.router) if unseen else None
    if following is not None:
        go_on(run, following)
    return "ok"


def next_router(routers: list[Driver], router: Driver) -> Driver | None:
    """The router behind `router`."""
    at = routers.index(router) + 1
    return routers[at] if at < len(routers) else None


def go_on(run: Run, following: Driver) -> None:
    """A copy of the address is routed on, from the next router; both get the address as their parent."""
    address = run.address
    parent = RoutedAddress(address.address, address.parent, router=address.router)
    parent.state = Address(
        local_part=address.state.local_part,
        domain=address.state.domain,
        prefix=address.state.prefix,
        suffix=address.state.suffix,
        parent=address.state.parent,
        original=address.state.original,
    )
    copy = parent.child(address.address)
    copy.state.address_data = address.state.address_data
    copy.state.router_variables = dict(address.state.router_variables)
    copy.start_router = following
    copy.unique = b"%s (behind %s)" % (address.unique or address.address, run.router.name.encode("latin-1"))
    copy.errors_to = address.errors_to
    copy.headers_add, copy.headers_remove = address.headers_add, address.headers_remove
    address.parent = parent
    run.chains.new.insert(0, copy)
