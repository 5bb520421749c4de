"""The router `dnslookup`: hosts by SRV, MX and address records of the domain (specification chapter 17)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list
from exim_lang.lists.result import ListDeferred
from exim_lang.route.address import Outcome
from exim_lang.route.common import accept, change_domain, search_options, self_action
from exim_lang.route.hosts import Result, find_by_dns
from exim_lang.route.registry import Run, router_driver
from exim_lang.source.text import Text
from exim_lang.taint import untainted


@router_driver("dnslookup")
def dnslookup(run: Run) -> Outcome:
    """Looks the domain up, then the domain with each of `widen_domains` behind it."""
    router, address = run.router, run.address
    services: tuple[bytes, ...] = ()
    text = router.text("check_srv")
    if text is not None:
        try:
            services = tuple(split_list(run.expand(text)))
        except ForcedFailure:
            services = ()
        except ExpansionError as error:
            return run.failed_expansion(text, error)
    names = [run.domain]
    widening = router.text("widen_domains")
    if widening is not None and (run.purpose != "sender" or not router.option("rewrite_headers") or address.parent):
        names += [run.domain + b"." + item for item in split_list(widening.encode())]
    name, result = names[0], Result("failed", [])
    for name in map(untainted, names):
        result = _search(run, name, services)
        if result.found in ("found", "local") and result.hosts[0].mx < 0:
            listed = _listed(run, name, "mx_domains")
            if listed is None:
                return run.defer("lookup defer for mx_domains")
            if listed:
                result.found = "failed"
                continue
        if result.found != "failed":
            break
        outcome = _failed(run, name, result)
        if outcome is not None:
            return outcome
    match result.found:
        case "insecure":
            return run.defer("host lookup done insecurely")
        case "again":
            if router.option("pass_on_timeout"):
                return "pass"
            return run.defer("host lookup did not complete")
        case "failed" | "ignored":
            return "decline"
    name = result.full_name or name
    if name != run.domain:
        return change_domain(run, name)
    address.local_host_removed = result.removed
    if result.found == "local":
        outcome = self_action(run, result.hosts[0])
        if outcome != "ok":
            return outcome
    elif router.option("check_secondary_mx") and not result.removed:
        return "decline"
    address.hosts = result.hosts
    return accept(run)


def _search(run: Run, name: bytes, services: tuple[bytes, ...]) -> Result:
    router = run.router
    search = search_options(run)
    search.by_mx, search.service = True, services
    search.ipv4_only = _true(run, router.text("ipv4_only"))
    search.ipv4_prefer = _true(run, router.text("ipv4_prefer"))
    search.srv_fail_domains = router.text("srv_fail_domains")
    search.mx_fail_domains = router.text("mx_fail_domains")
    return find_by_dns(search, name)


def _true(run: Run, text: Text | None) -> bool:
    """Whether an option that is a condition holds."""
    if text is None:
        return False
    try:
        return run.expand(text).lower() not in (b"", b"0", b"no", b"false")
    except ForcedFailure:
        return False
    except ExpansionError as error:
        run.log(f'failed to expand condition "{text}" for {run.router.name} router: {error.message}', panic=True)
        return False


def _listed(run: Run, name: bytes, option: str) -> bool | None:
    """Whether the name is in a domain list of the router; None when that cannot be said."""
    text = run.router.text(option)
    try:
        return text is not None and check_list(run.scope, "domain", name, text) is not None
    except ListDeferred:
        return None


def _failed(run: Run, name: bytes, result: Result) -> Outcome | None:
    """What a name without hosts means; None to try the next one."""
    address = run.address
    listed = _listed(run, name, "fail_defer_domains")
    if listed is None:
        return run.defer("lookup defer for fail_defer_domains option")
    if listed:
        return run.defer("missing MX, or all MXs point to missing A records, and defer requested")
    host = result.hosts[0]
    if host.mx >= 0 and host.address is None:
        address.pass_message = True
        if not host.name:
            return run.fail_with("decline", "an MX or SRV record indicated no SMTP service")
        message = "all relevant MX records point to non-existent hosts"
        if not run.config.option("allow_mx_to_ip") and ip_version(host.name):
            shown = run.domain.decode("latin-1")
            address.user_message = (
                f"It appears that the DNS operator for {shown}\n"
                "has installed an invalid MX record with an IP address\n"
                "instead of a domain name on the right hand side."
            ).encode("latin-1")
            message += " or (invalidly) to IP addresses"
        return run.fail_with("decline", message)
    if result.bad_name:
        return run.fail_with("decline", f'mail domain "{name.decode("latin-1")}" is syntactically invalid')
    return None
