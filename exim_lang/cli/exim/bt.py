"""`-bt`, `-bv` and `-bvs`: where addresses are routed to, and whether they verify (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.scope import exim_scope
from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.route.address import Host, Outcome, RoutedAddress, is_local
from exim_lang.route.verify import Report, follow
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config

OVERRIDES_HOSTS = "hosts_override"


def run(flags: Flags, config: Config) -> int:
    """Tests the addresses of the arguments, or of the standard input; the exit status is 0, 1 (deferred) or 2 (failed)."""
    tester = Tester(exim_scope(flags, config), flags.mode_flag, flags.verbose)
    if flags.arguments:
        for argument in flags.arguments:
            for item in address_items(argument.encode("latin-1")):
                tester.test(item)
        return tester.status
    while True:
        tester.write("> ")
        sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            break
        text = line.strip()
        if text:
            tester.test(text)
    tester.write("\n")
    return tester.status


class Tester:
    """Tests one address after another and remembers the worst exit status, and what was delivered to already."""

    def __init__(self, scope: Scope, flag: str, verbose: bool) -> None:
        self.scope = scope
        self.testing = flag == "-bt"
        self.recipient = flag != "-bvs"
        self.full = self.testing or verbose
        self.status = 0
        self.seen: set[bytes] = set()
        self.logged = 0

    def write(self, text: str) -> None:
        sys.stdout.buffer.write(text.encode("latin-1"))

    def test(self, item: bytes) -> None:
        """Tests one address and prints what comes of it."""
        config = self.scope.config
        try:
            parsed = parse_address(
                item,
                allow_domain_literals=bool(config.option("allow_domain_literals")),
                allow_utf8_domains=bool(config.option("allow_utf8_domains")),
                strip_trailing_dot=bool(config.option("strip_trailing_dot")),
            )
        except AddressError as error:
            self.write(f"syntax error: {error.message}\n")
            self.status = 2
            return
        report = follow(
            self.scope,
            taint(parsed.address),
            "deliver" if self.testing else "recipient" if self.recipient else "sender",
            full=self.full,
            testing=self.testing,
            recipient=self.recipient,
            own_sender=not self.recipient,
        )
        self.show_log()
        if report.status == "fail":
            self.status = 2
        elif report.status == "defer" and not self.status:
            self.status = 1
        self.show(report)

    def show_log(self) -> None:
        """Log lines since the last address, on the standard error."""
        lines = self.scope.log[self.logged :]
        self.logged = len(self.scope.log)
        for name, line in lines:
            if name == "main":
                sys.stderr.buffer.write(f"LOG: MAIN\n  {line}\n".encode("latin-1", "replace"))

    def show(self, report: Report) -> None:
        address = report.address.decode("latin-1")
        if report.rewritten:
            self.write(f"Address rewritten as: {address}\n")
        for one, outcome in report.events:
            self.show_event(one, outcome, address)
        if not self.full:
            if report.status == "ok":
                self.write(f"{address} verified\n")
            return
        if report.discarded:
            self.write(f"mail to {address} is discarded\n")
            return
        for one in (*report.chains.local, *report.chains.remote):
            self.show_routed(one)

    def show_event(self, one: RoutedAddress, outcome: Outcome, asked: str) -> None:
        """A failure, a deferment, or a pipe or file that a redirect router made."""
        if one.generated:
            assert one.parent is not None, "a redirect router made it"
            shown = one.address.decode("latin-1")
            shown = f"mail {shown[1:]}" if shown.startswith(">") else shown
            self.write(f"{one.parent.address.decode('latin-1')} -> {shown}")
            if one.forbidden:
                self.write(" *** forbidden ***\n")
            elif one.setup_error:
                self.write(f"\n*** Error in setting up pipe, file, or autoreply:\n{one.setup_error}\n")
            else:
                name = one.transport.name if one.transport is not None else ""
                self.write(f"\n  transport = {name}\n")
            return
        address = one.address.decode("latin-1") if self.full else asked
        message = None if one.message is None else one.message.decode("latin-1")
        if outcome == "fail":
            how = "is undeliverable" if self.testing else "failed to verify"
            detail = "" if message is None else f": {message}"
        else:
            how = "cannot be resolved at this time"
            detail = ": unknown error" if message is None else f": {message}"
        parents = "".join(f"\n    <-- {name}" for name in ancestors(one)) if self.full else ""
        self.write(f"{address} {how}{detail}{parents}\n")

    def show_routed(self, one: RoutedAddress) -> None:
        """An address with its transport and hosts."""
        self.write(one.address.decode("latin-1"))
        key = one.unique or bytes(one.address)
        if key in self.seen:
            self.write("   [duplicate, would not be delivered]")
        self.seen.add(key)
        self.write("".join(f"\n    <-- {name}" for name in ancestors(one)) + "\n  ")
        router = one.router.name if one.router is not None else ""
        transport = one.transport
        self.write(f"router = {router}, transport = {transport.name if transport is not None else 'unset'}\n")
        overridden = transport is not None and transport.driver == "smtp" and bool(transport.option(OVERRIDES_HOSTS))
        if one.hosts and transport is not None and not overridden:
            self.show_hosts(one.hosts, is_local(transport))

    def show_hosts(self, hosts: list[Host], local: bool) -> None:
        """The hosts in columns."""
        name_width = max(len(host.name) for host in hosts)
        width = max(7 if host.address is None else len(host.address) for host in hosts)
        for host in hosts:
            line = f"  host {host.name.decode('latin-1'):<{name_width}} "
            if host.address is not None:
                line += f"{'[' + host.address.decode('latin-1') + ']':<{width + 2}}"
            elif local:
                line += f" {'':<{width}} "
            else:
                line += f"{'[unknown]':<{width + 2}}"
            if host.mx >= 0:
                line += f" MX={host.mx}"
            if host.port != -1:
                line += f" port={host.port}"
            if not host.usable:
                line += " ** unusable **"
            self.write(line + "\n")


def ancestors(one: RoutedAddress) -> list[str]:
    """The addresses that led to this one, the nearest first."""
    names = []
    parent = one.parent
    while parent is not None:
        names.append(parent.address.decode("latin-1"))
        parent = parent.parent
    return names
