"""What several routers do alike: transport, errors_to, header changes, queueing, `self`, host lists (chapters 15 and 20)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.string_list import split_list
from exim_lang.route.address import Host, Outcome, RoutedAddress, is_local
from exim_lang.route.hosts import Result, Search, find_by_dns, find_by_name, split_port
from exim_lang.taint import is_tainted, join, untainted

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.route.registry import Run
    from exim_lang.source.text import Text


def truth(run: Run, option: str) -> bool | str:
    """A boolean option that may be a string to expand (`more`, `unseen`); a message where that cannot be done."""
    router = run.router
    setting = router.settings.get(option)
    if setting is None or isinstance(setting.value, bool):
        return bool(router.option(option))
    default = option == "more"
    try:
        value = run.expand(setting.text)
    except ForcedFailure:
        return default
    except ExpansionError as error:
        return f'failed to expand "{option}" in {router.name} router: {error.message}'
    match value.lower():
        case b"true" | b"yes":
            return True
        case b"false" | b"no":
            return False
    shown = value.decode("latin-1")
    return f'"{shown}" is not a valid value for the "{option}" option in the {router.name} router'


def find_transport(run: Run, text: Text | None, required: str = "") -> Driver | str | None:
    """The transport that an option names, None where it is unset (and not `required`, its name), or a message."""
    router = run.router
    if text is None:
        return f"{required} unset in {router.name} router" if required else None
    name = text.encode()
    if b"$" in name:
        try:
            name = run.expand(text)
        except ExpansionError as error:
            return f'failed to expand transport "{text}" in {router.name} router: {error.message}'
        if is_tainted(name):
            shown = name.decode("latin-1")
            run.log(f"attempt to use tainted value '{shown}' for transport (router '{router.name}')", panic=True)
            return f"attempt to use tainted value '{shown}' for transport (router '{router.name}')"
    found = run.config.driver("transport", name.decode("latin-1"))
    if found is None:
        return f'transport "{name.decode("latin-1")}" not found in {router.name} router'
    return found


def set_transport(run: Run) -> Outcome:
    """Sets the transport of the router."""
    found = find_transport(run, run.router.text("transport"))
    if isinstance(found, str):
        return run.defer(found)
    run.address.transport = found
    return "ok"


def set_errors_and_headers(run: Run, address: RoutedAddress | None = None) -> Outcome:
    """Sets the errors address and the header lines to be added and removed."""
    address = run.address if address is None else address
    router = run.router
    text = router.text("errors_to")
    if "errors_to" in router.settings:
        try:
            errors_to = run.expand(text) if text is not None else b""
            if _verifies(run, errors_to):
                address.errors_to = errors_to
        except ForcedFailure:
            pass  # as if it were unset
        except ExpansionError as error:
            return run.defer(f'{router.name} router failed to expand "{text}": {error.message}')
    for option, separator in (("headers_add", "\n"), ("headers_remove", ":")):
        text = router.text(option)
        if text is None:
            continue
        values = []
        for item in split_list(text.encode(), None, default=ord(separator)):
            try:
                value = run.expand(item)
            except ForcedFailure:
                continue
            except ExpansionError as error:
                word = "add_headers" if option == "headers_add" else "remove_headers"
                shown = item.decode("latin-1")
                return run.defer(f'{router.name} router failed to expand {word} item "{shown}": {error.message}')
            if value:
                values.append(value)
        if option == "headers_add":
            address.headers_add = (*address.headers_add, *values)
        else:
            address.headers_remove = (*address.headers_remove, *values)
    return "ok"


def _verifies(run: Run, errors_to: bytes) -> bool:
    """Whether an errors address may be one: it must verify, unless something is being verified already."""
    if not errors_to or run.purpose != "deliver":
        return True
    from exim_lang.route.verify import follow  # it routes with the routers that come here

    return follow(run.scope, errors_to, "recipient").status == "ok"


def queue(run: Run) -> Outcome:
    """Puts the address onto the list for local or for remote delivery."""
    address = run.address
    chain = run.chains.local if is_local(address.transport) else run.chains.remote
    if is_local(address.transport):
        outcome = check_user(run)
        if outcome != "ok":
            return outcome
    chain.insert(0, address)
    return "ok"


def check_user(run: Run) -> Outcome:
    """Whether `user` and `group` of the router name somebody."""
    router = run.router
    for option in ("user", "group"):
        text = router.text(option)
        if text is None or "$" not in text.string:
            continue
        try:
            name = run.expand(text).strip()
        except ExpansionError as error:
            message = f'Failed to expand {option} string "{text}" for the {router.name} router: {error.message}'
            run.log(message, panic=True)
            return run.defer(message)
        world = run.scope.world
        known = world.passwd(untainted(name)) if option == "user" else world.group(untainted(name))
        if not name.isdigit() and known is None:
            shown = name.decode("latin-1")
            message = f'Failed to find {option} "{shown}" from expanded string "{text}" for the {router.name} router'
            run.log(message, panic=True)
            return run.defer(message)
    return "ok"


def accept(run: Run) -> Outcome:
    """Errors address, headers, transport, queue: how most routers end."""
    for act in (set_errors_and_headers, set_transport, queue):
        outcome = act(run)
        if outcome != "ok":
            return outcome
    return "ok"


def change_domain(run: Run, domain: bytes) -> Outcome:
    """The address goes on under another domain, as a new one."""
    address = run.address
    parent = RoutedAddress(address.address, address.parent, state=address.state, router=address.router)
    new = parent.child(join([address.address.rpartition(b"@")[0], b"@", domain]))
    run.chains.new.insert(0, new)
    return "rerouted"


def self_action(run: Run, host: Host) -> Outcome:
    """What the option `self` says of an address that is routed to this host."""
    address, router = run.address, run.router
    value = router.text("self")
    action = value.string if value is not None else "freeze"
    message = "lowest numbered MX record points to local host" if host.mx >= 0 else "remote host address is the local host"
    domain = run.domain.decode("latin-1")
    match action:
        case "send":
            return "ok"
        case "pass":
            address.state.self_hostname = host.name
            return "pass"
        case "fail":
            address.pass_message = True
            return run.fail_with("fail", message)
        case "freeze":
            run.log(f"{message}: {domain} (while routing <{address.address.decode('latin-1')}>)")
            address.frozen = True
            return run.defer(message)
        case "defer":
            return run.defer(message)
    target = action.removeprefix("reroute:").strip().removeprefix("rewrite:").strip()
    try:
        new_domain = run.expand(target)
    except ExpansionError as error:
        return run.defer(f'{router.name} router: failed to expand "{target}" (for self): {error.message}')
    return change_domain(run, new_domain)


def search_options(run: Run) -> Search:
    """A search that obeys the generic options of the router."""
    router = run.router
    return Search(
        run.scope,
        router.text("ignore_target_hosts"),
        dnssec_request=router.text("dnssec_request_domains"),
        dnssec_require=router.text("dnssec_require_domains"),
    )


def build_hosts(items: bytes) -> list[bytes]:
    """The items of a list of hosts; `+`, which divides it into groups for randomizing, is left out."""
    return [untainted(item) for item in split_list(items) if item and item != b"+"]


def look_up_hosts(run: Run, items: list[bytes], lookup: str, on_failure: str, words: frozenset[str]) -> Outcome:
    """Finds the addresses of a list of hosts; `lookup` is "byname", "bydns" or "" (DNS first, then by name).

    `on_failure` is what `host_find_failed` says: "freeze", "defer", "fail", "decline", "pass" or "ignore".
    """
    address, router = run.address, run.router
    self_send = False
    hosts: list[Host] = []
    for item in items:
        name, port = split_port(item)
        shown = name.decode("latin-1")
        search = search_options(run)
        search.ipv4_only, search.ipv4_prefer = "ipv4_only" in words, "ipv4_prefer" in words
        result = _find(search, name, lookup)
        match result.found:
            case "insecure":
                return run.defer(f"host lookup for {shown} done insecurely")
            case "again":
                if router.option("pass_on_timeout"):
                    return "pass"
                return run.defer(f"host lookup for {shown} did not complete")
            case "failed" | "ignored":
                if on_failure == "ignore":
                    continue
                if on_failure in ("pass", "decline"):
                    return "pass" if on_failure == "pass" else "decline"
                why = ": syntax error in name" if result.bad_name else ""
                bare = name[:-3] if name.lower().endswith(b"/mx") else name
                message = f'lookup of host "{bare.decode("latin-1")}" failed in {router.name} router{why}'
                address.frozen = on_failure == "freeze"
                return run.fail_with("fail" if on_failure == "fail" else "defer", message)
        for host in result.hosts:
            if port != -1:
                host.port = port
        if result.found == "local" and not self_send:
            if hosts:
                address.local_host_removed = True
                break
            outcome = self_action(run, result.hosts[0])
            if outcome != "ok":
                return outcome
            self_send = True
        hosts += result.hosts
    address.hosts = hosts
    return "ok"


def _find(search: Search, name: bytes, lookup: str) -> Result:
    if name.lower().endswith(b"/mx"):
        search.by_mx = True
        return find_by_dns(search, name[:-3])
    from exim_lang.expand.ip_address import ip_version

    if lookup == "byname" or ip_version(name):
        return find_by_name(search, name)
    result = find_by_dns(search, name)
    if result.found == "failed" and lookup != "bydns":
        search.say("DNS lookup failed: trying getipnodebyname")
        return find_by_name(search, name)
    return result
