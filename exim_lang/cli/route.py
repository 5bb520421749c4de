"""Shows where addresses would go: the routers tried, why each declined, the transports and hosts at the end.

examples:
  exim-lang route exim.conf joe@here.example
  exim-lang route exim.conf --from a@b.example --dns zones/db.example joe@there.example
  exim-lang route exim.conf --verify recipient joe@here.example
  exim-lang route exim.conf --message mail.eml joe@here.example      # what each transport would do with it
  exim-lang route exim.conf --message mail.eml --outcome deferred --error '451 later' --event msg:host:defer joe@there.example
  exim-lang route exim.conf --json joe@here.example | jq '.[].routed'

exit status: 0 every address is routed (with --message: delivered), 1 some are not, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from exim_lang.cli.loading import sound_config
from exim_lang.cli.scope_options import language_options, world_from, world_options

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import Host, RoutedAddress
    from exim_lang.route.verify import Report
    from exim_lang.transport.delivery import Delivery
    from exim_lang.transport.events import Happening


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang route`."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration file")
    parser.add_argument("address", metavar="ADDRESS", nargs="+", help="an address")
    parser.add_argument("--from", dest="sender", default="", metavar="ADDRESS", help="the sender (default: <>)")
    parser.add_argument("--verify", choices=("recipient", "sender"), help="route as for verifying, not as for delivery")
    parser.add_argument("--message", metavar="FILE", help="a message: shows what each transport would do with it")
    parser.add_argument("--outcome", choices=("delivered", "deferred", "failed"), default="delivered", help="of deliveries")
    parser.add_argument("--error", default="", metavar="TEXT", help="the error of deliveries that are deferred or fail")
    parser.add_argument("--errno", type=int, default=-1, metavar="NUMBER", help="its number (default -1)")
    parser.add_argument("--confirmation", default="", metavar="TEXT", help="what the last host says of a message it takes")
    parser.add_argument("--event", action="append", default=[], metavar="NAME", help="raise this event, not the usual ones")
    language_options(parser)
    world_options(parser.add_argument_group("the world"))
    parser.add_argument("--json", action="store_true", help="one JSON array")


def run(options: argparse.Namespace) -> int:
    """Routes the addresses and shows how; returns the exit status."""
    from exim_lang.errors import UsageError
    from exim_lang.expand.addresses import AddressError, parse_address
    from exim_lang.route.scope import routed_scope
    from exim_lang.route.verify import follow
    from exim_lang.taint import taint
    from exim_lang.transport.show import as_data as delivery_data
    from exim_lang.transport.show import text_lines as delivery_lines

    config = sound_config(options.config, macros=options.macros, version=options.exim_version, root=options.root)
    scope = routed_scope(config, world_from(options))
    scope.message.sender = taint(os.fsencode(options.sender).strip(b"<>"))
    if options.message:
        from exim_lang.cli.exim.be import read_message

        read_message(scope, os.fsencode(options.message).decode("latin-1"))
    results: list[dict[str, object]] = []
    status = 0
    addresses = options.address
    if options.message and not options.verify:
        filtered, goes_on = filtered_message(scope, options)
        if filtered and options.json:
            results.append({"address": "system-filter", "deliveries": [delivery_data(one) for one in filtered]})
        elif filtered:
            print("system-filter", *(f"  {line}" for one in filtered for line in delivery_lines(one)), sep="\n")
        addresses = addresses if goes_on else []
        status = 1 if any(one.status in ("deferred", "failed") for one in filtered) else 0
    for word in addresses:
        try:
            parsed = parse_address(os.fsencode(word), allow_domain_literals=bool(config.option("allow_domain_literals")))
        except AddressError as error:
            raise UsageError(f"{word} is not an address: {error.message}") from error
        report = follow(
            scope,
            taint(parsed.address),
            options.verify or "deliver",
            full=True,
            recipient=options.verify != "sender",
        )
        status = max(status, 0 if report.status == "ok" else 1)
        results.append(as_data(report))
        deliveries = delivered(scope, report, options) if options.message and not options.verify else []
        if any(one.status not in ("delivered", "discarded") for one in deliveries):
            status = 1
        if not options.json:
            lines = text_lines(results[-1])
            for one in deliveries:
                lines += [f"  {line}" for line in delivery_lines(one)]
            print(*lines, sep="\n", flush=True)
        elif options.message:
            results[-1]["deliveries"] = [delivery_data(one) for one in deliveries]
    if options.json:
        print(json.dumps(results, indent=2))
    return status


def filtered_message(scope: Scope, options: argparse.Namespace) -> tuple[list[Delivery], bool]:
    """What the system filter delivers by itself, and whether the recipients still get the message."""
    from exim_lang.taint import taint
    from exim_lang.transport.simulate import simulate
    from exim_lang.transport.system_filter import run_system_filter

    scope.message.recipients = [taint(os.fsencode(word)) for word in options.address]
    filtered = run_system_filter(scope)
    return filtered.ended + simulate(scope, filtered.reports, happening_of(options)), filtered.goes_on


def delivered(scope: Scope, report: Report, options: argparse.Namespace) -> list[Delivery]:
    """What the transports would do, with what happens at the other end as the options say."""
    from exim_lang.transport.simulate import simulate

    return simulate(scope, [report], happening_of(options))


def happening_of(options: argparse.Namespace) -> Happening:
    """What happens at the other end."""
    from exim_lang.transport.events import Happening

    error = os.fsencode(options.error).decode("latin-1")
    confirmation = os.fsencode(options.confirmation)
    number = 0 if options.outcome == "delivered" else options.errno
    return Happening(options.outcome, confirmation, number, error, tuple(options.event))


def text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def as_data(report: Report) -> dict[str, object]:
    """The report as JSON data: the tree of addresses, each with the routers that it came to."""
    outcomes = {id(one): outcome for one, outcome in report.events}
    data: dict[str, object] = {"address": text(report.address), "status": report.status, "discarded": report.discarded}
    data["visited"] = [address_data(one, outcomes.get(id(one), "ok")) for one in report.visited]
    data["routed"] = [destination(one) for one in (*report.chains.local, *report.chains.remote)]
    return data


def address_data(one: RoutedAddress, outcome: str) -> dict[str, object]:
    """One address and its way through the routers."""
    data: dict[str, object] = {"address": text(one.address), "depth": depth(one), "outcome": outcome}
    if one.parent is not None:
        data["parent"] = text(one.parent.address)
    if one.message is not None:
        data["message"] = text(one.message)
    if one.generated:
        data["transport"] = one.transport.name if one.transport is not None else None
        if one.setup_error or one.forbidden:
            data["message"] = one.setup_error or "forbidden"
        return data
    data["routers"] = [{"router": step.router, "outcome": step.outcome} for step in one.steps]
    if one.transport is not None:
        data |= destination(one)
    return data


def destination(one: RoutedAddress) -> dict[str, object]:
    """Where an address is delivered to."""
    return {
        "address": text(one.address),
        "router": one.router.name if one.router is not None else None,
        "transport": one.transport.name if one.transport is not None else None,
        "hosts": [host_data(host) for host in one.hosts],
    }


def host_data(host: Host) -> dict[str, object]:
    data: dict[str, object] = {"name": text(host.name), "address": text(host.address)}
    if host.mx >= 0:
        data["mx"] = host.mx
    if host.port != -1:
        data["port"] = host.port
    if not host.usable:
        data["unusable"] = host.why
    return data


def depth(one: RoutedAddress) -> int:
    """How many addresses led to this one."""
    count = 0
    while one.parent is not None:
        one, count = one.parent, count + 1
    return count


def text_lines(result: dict[str, object]) -> list[str]:
    """The same as lines, each address indented by how far it is from the one asked for."""
    lines = []
    visited = result["visited"]
    assert isinstance(visited, list), "as_data made it"
    for one in visited:
        margin = "    " * one["depth"]
        lines.append(f"{margin}{one['address']}")
        lines += [f"{margin}  {step['router']}: {step['outcome']}" for step in one.get("routers", ())]
        if one.get("transport"):
            lines.append(f"{margin}  => transport {one['transport']}")
            lines += [f"{margin}     {host_line(host)}" for host in one.get("hosts", ())]
        if one.get("message") is not None:
            lines.append(f"{margin}  {one['outcome']}: {one['message']}")
    if result["discarded"]:
        lines.append("  the mail is discarded")
    return lines


def host_line(host: dict[str, object]) -> str:
    words = [f"host {host['name']} [{host['address'] or 'unknown'}]"]
    words += [f"{label}={host[key]}" for key, label in (("mx", "MX"), ("port", "port")) if key in host]
    if "unusable" in host:
        words.append(f"unusable ({host['unusable']})")
    return " ".join(words)
