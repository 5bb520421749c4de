"""The router `redirect`: aliases and forwarding (specification chapter 22)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.model.config import Driver
from exim_lang.route.address import Outcome, RoutedAddress
from exim_lang.route.common import check_user, find_transport, set_errors_and_headers
from exim_lang.route.filter_file import BAD_REPLY, Generated, run_filter
from exim_lang.route.forward_list import ListError, ListReader, Redirection, Target, is_filter
from exim_lang.route.redirect_file import read_file
from exim_lang.route.registry import Run, router_driver
from exim_lang.route.rewrite import qualify_address, rewrite_address
from exim_lang.route.routing import next_router
from exim_lang.route.srs import apply_srs
from exim_lang.taint import is_tainted, join, untainted


@router_driver("redirect")
def redirect(run: Run) -> Outcome:
    """Replaces the address by those that the data or the file names."""
    router, address = run.router, run.address
    outcome = check_user(run)
    if outcome != "ok":
        return outcome
    decided = apply_srs(run)
    if decided is not None:
        return decided
    data = _data(run)
    if not isinstance(data, bytes):
        return data
    kind = is_filter(data)
    if kind:
        return _filter(run, kind, data)
    reader = _reader(run)
    if isinstance(reader, str):
        return run.defer(reader)
    try:
        redirection = reader.read(data)
    except ListError as error:
        what = "data" if "data" in router.settings else "file"
        return run.defer(f"error in redirect {what}: {error.message}")
    match redirection.special:
        case "fail" | "defer":
            address.user_message = address.message = redirection.message
            address.pass_message = True
            if redirection.special == "defer":
                return "defer"
            if redirection.targets:
                outcome = _generate(run, redirection)
            return "fail"
    if redirection.errors:
        for error_text in redirection.errors:
            run.log(f"{router.name} router: skipped error: {error_text}")
        if not redirection.targets:
            return run.fail_with("decline", "syntax error in redirection data")
    if not redirection.targets:
        if redirection.special != "blackhole":
            return "decline"
        return "discard" if run.purpose == "deliver" and not run.testing else "ok"
    return _generate(run, redirection)


def _data(run: Run) -> bytes | Outcome:
    """The data, from `data` or out of `file`."""
    router = run.router
    option = "data" if "data" in router.settings else "file"
    text = router.text(option)
    if text is None:
        return "decline"
    try:
        value = run.expand(text)
    except ForcedFailure:
        return "decline"
    except ExpansionError as error:
        return run.defer(f'failed to expand "{text}": {error.message}')
    if option == "data":
        return value
    shown = value.decode("latin-1")
    if is_tainted(value):
        line = f"Tainted name '{shown}' for file read not permitted"
        run.log(line, panic=True)
        return run.defer(line + "\n")
    if not value.startswith(b"/"):
        return run.defer(f'"{shown}" is not an absolute path')
    return read_file(run, untainted(value))


def _filter(run: Run, kind: str, data: bytes) -> Outcome:
    """Obeys a filter where filters are allowed; elsewhere it is an error."""
    router, address = run.router, run.address
    what = "data" if "data" in router.settings else "file"
    forbidden = run.flag("forbid_exim_filter" if kind == "Exim" else "forbid_sieve_filter")
    if not run.flag("allow_filter") or forbidden:
        why = f"{kind} filtering not enabled" if run.flag("allow_filter") else "filtering not enabled"
        return run.defer(f"error in filter {what}: {why}")
    found = run_filter(run, data, kind)
    if isinstance(found, str):
        if run.flag("skip_syntax_errors"):
            run.log(f"{router.name} router: skipped error: {found}")
            return "decline"
        return run.defer(f"error in filter {what}: {found}")
    stopped = found.stopped
    if stopped is not None:
        address.message = address.user_message = stopped.text
        address.pass_message = True
    outcome = _generate_filtered(run, found.targets) if found.targets else "ok"
    if outcome != "ok":
        return outcome
    if stopped is not None:
        address.frozen = stopped.name == "freeze"
        return "fail" if stopped.name == "fail" else "defer"
    if found.seen:
        return "ok" if found.targets else "discard" if run.purpose == "deliver" and not run.testing else "ok"
    if not found.targets:
        return "decline"
    # what was generated is delivered beside the address, which goes on to the next router
    following = next_router(run.config.routers, router)
    if following is not None:
        copy = address.child(address.address)
        copy.start_router, copy.user = following, address.user
        copy.unique = b"%s (behind %s)" % (address.unique or address.address, router.name.encode("latin-1"))
        run.chains.new.insert(0, copy)
    return "ok"


def _generate_filtered(run: Run, targets: list[Generated]) -> Outcome:
    """New addresses with what the filter says of them."""
    first = len(run.chains.new)
    outcome = _generate(run, Redirection([Target(one.target, one.generated) for one in targets]))
    if outcome == "ok":
        for child, one in zip(run.chains.new[: len(run.chains.new) - first], targets, strict=True):
            if one.errors_to is not None or one.noerror:
                child.errors_to = one.errors_to if one.errors_to is not None else b""
            child.mode, child.reply = one.mode, one.reply
            child.expand_pipe = child.address.startswith(b"|")
    return outcome


def _reader(run: Run) -> ListReader | str:
    """Reads a list as the options of the router want it, or says why it cannot."""
    router, scope = run.router, run.scope
    directory = None
    text = router.text("include_directory")
    domain = None
    try:
        if text is not None:
            directory = run.expand(text)
        text = router.text("qualify_domain")
        if text is not None:
            domain = run.expand(text)
    except ExpansionError as error:
        return f'failed to expand "{text}" in {router.name} router: {error.message}'
    if router.option("qualify_preserve_domain"):
        domain = run.domain

    def qualify(address: bytes) -> bytes:
        if b"@" not in address and domain is not None:
            address = join([address, b"@", domain])
        if router.option("rewrite"):
            return rewrite_address(scope, address, "t")
        return qualify_address(scope, address, "qualify_recipient")

    return ListReader(
        scope,
        _permitted(router),
        qualify,
        run.domain,
        directory,
        bool(router.option("skip_syntax_errors")),
        bool(scope.config.option("allow_domain_literals")),
    )


def _permitted(router: Driver) -> frozenset[str]:
    """The special items that the options of a router allow."""
    known: frozenset[str] | None = router.memo.get("special items")
    if known is None:
        allowed = {name for name in ("defer", "fail") if router.option(f"allow_{name}")}
        allowed |= {name for name in ("blackhole", "include") if not router.option(f"forbid_{name}")}
        known = router.memo["special items"] = frozenset(allowed)
    return known


def _generate(run: Run, redirection: Redirection) -> Outcome:
    """Puts the new addresses in front of those that are still to be routed."""
    address, router = run.address, run.router
    outcome = set_errors_and_headers(run)
    if outcome != "ok":
        return outcome
    start = router.text("redirect_router")
    start_router = run.config.driver("router", start.string) if start is not None else None
    children = []
    for target in redirection.targets:
        child = address.child(_not_an_ancestor(run, target))
        child.start_router = start_router
        if address.srs_sender is not None:
            child.errors_to = address.srs_sender
        child.state.domain_data, child.state.local_part_data = address.state.domain_data, address.state.local_part_data
        if target.generated:
            _set_up(run, child)
        children.append(child)
    run.chains.new[:0] = children
    return "ok"


def _not_an_ancestor(run: Run, target: Target) -> bytes:
    """With check_ancestor an address that would lead back to an ancestor is replaced by this one."""
    if not run.router.option("check_ancestor") or target.generated:
        return target.address
    parent: RoutedAddress | None = run.address
    while parent is not None:
        caseful = parent.router is not None and bool(parent.router.option("caseful_local_part"))
        one, other = target.address, parent.address
        if one == other or (not caseful and one.lower() == other.lower()):
            return run.address.address
        parent = parent.parent
    return target.address


def _set_up(run: Run, child: RoutedAddress) -> None:
    """Transport and variables of a pipe or a file."""
    child.generated = True
    once = run.flag("one_time")  # it forbids all but addresses
    child.router, child.user = run.router, run.user
    state, own = child.state, run.address.state
    state.local_part, state.domain = own.local_part, own.domain
    state.home = own.home
    if child.address.startswith(b"|"):
        option, state.address_pipe = "pipe_transport", child.address
        child.forbidden = run.flag("forbid_pipe") or once
    elif child.address.startswith(b">"):
        option = "reply_transport"
        if child.address == BAD_REPLY:
            child.message = b"filter autoreply generated syntactically invalid recipient"
        child.forbidden = run.flag("forbid_filter_reply") or once
    else:
        # a folder of a Sieve filter need not begin with a slash
        option = "directory_transport" if child.address.endswith(b"/") else "file_transport"
        state.address_file = child.address
        child.forbidden = run.flag("forbid_file") or once
    saved, run.scope.address = run.scope.address, state
    try:
        found = find_transport(run, run.router.text(option), option)
    finally:
        run.scope.address = saved
    if isinstance(found, str):
        child.setup_error = found
    else:
        child.transport = found
