"""SPF: the conditions, their variables and words, as the installed Exim 4.96 had them for the same records."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from exim_lang.acl.run import run_acl
from exim_lang.acl.scope import new_scope
from exim_lang.acl.spf import spf_of_message
from exim_lang.errors import ClosedWorld
from exim_lang.expand.scope import Scope
from exim_lang.expand.spf_check import check_spf
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.smtp.session import Session
from exim_lang.world.dns import DnsAnswer, DnsRecord, Txt
from exim_lang.world.dns_zones import ZoneFiles
from exim_lang.world.fixtures import Fixtures
from exim_lang.world.world import World

FOLDER = Path(__file__).parent / "cases" / "mail_auth"
ZONES = [str(FOLDER / "db.d.example"), str(FOLDER / "10.in-addr.arpa.zone")]
HEAD, _, BLOCKS = (FOLDER / "spf.txt").read_text().partition("---\n")[2].partition("=== ")
CASES = BLOCKS.split("=== ")
PARTS = re.compile(r"(\S+) (\S+) <(.*)> (spf|guess) = (.*)")


def zone_world() -> World:
    return World(dns=ZoneFiles(ZONES), fixtures=Fixtures({"dns": {"test.again.dns TXT": "again"}}), host_name=b"other.example")


def scope_for(text: str, version: str, client: str = "10.1.1.1", helo: str = "helo.d.example") -> Scope:
    config = config_from_text(text, dialect=dialect_for(version))
    assert not config.problems, config.problems
    scope = new_scope(config, zone_world())
    scope.connection.host_address, scope.connection.helo_name = client.encode(), helo.encode()
    return scope


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.splitlines()[0])
def test_as_exim_has_it(case: str) -> None:
    head, *lines = case.splitlines()
    found = PARTS.fullmatch(head)
    assert found is not None
    client, helo, sender, name, items = found.groups()
    template = lines.pop(0) if lines[0].startswith("spf_") else ""
    scope = scope_for(HEAD.replace("TEMPLATE", template).replace("LIST", items), "4.96", client, helo)
    session = Session(scope)
    said = f"EHLO {helo}\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{name}@test.example>\r\nQUIT\r\n"
    session.greet()
    session.receive(said.encode())
    assert [line for log, line in scope.log if log == "main"] == [line[2:] for line in lines]


@pytest.mark.parametrize(
    "version, name, result",
    [
        ("4.99", "syn", "permerror"),
        ("4.99", "void", "permerror"),
        ("4.99+libspf2", "syn", "(invalid)"),
        ("4.99+libspf2", "void", "fail"),
        ("4.96", "syn", "(invalid)"),
        ("4.69", "incn", "err_perm"),
        ("4.69", "again", "err_temp"),
        ("4.83", "incn", "permerror"),
    ],
)
def test_words_of_versions(version: str, name: str, result: str) -> None:
    scope = scope_for("", version)
    scope.message.sender = f"a@{name}.d.example".encode()
    spf_of_message(scope)
    assert scope.expand("$spf_result") == result.encode()


@pytest.mark.parametrize(
    "version, items, holds",
    [
        ("4.69", "err_perm", True),
        ("4.69", "permerror", False),
        ("4.83", "err_perm", True),
        ("4.83", "permerror", True),
        ("4.91", "err_perm", False),
        ("4.91", "permerror", True),
        ("4.99", "permerror", True),
        ("4.99", "!permerror : *", False),
        ("4.99", "*", True),
        ("4.98", "*", False),
    ],
)
def test_words_in_lists(version: str, items: str, holds: bool) -> None:
    scope = scope_for(f"acl_smtp_rcpt = c\nbegin acl\nc:\n  accept spf = {items}\n", version)
    scope.message.sender = b"a@incn.d.example"
    assert (run_acl(scope, "RCPT", b"c").verdict == "accept") is holds


def test_used_domain_and_who_has_none() -> None:
    scope = scope_for("", "4.99")
    scope.message.sender = b""
    assert spf_of_message(scope) == "pass"
    assert scope.expand("$spf_used_domain") == b"helo.d.example"
    scope.connection.host_address = b""
    assert spf_of_message(scope) == "permerror"


def test_limits_are_counted() -> None:
    scope = scope_for("", "4.99")
    outcome = check_spf(scope, b"10.1.1.1", b"a@many.d.example", b"h", libspf2=True)
    assert (outcome.result, outcome.lookups, outcome.void_lookups) == ("permerror", 11, 10)
    assert "Too many DNS lookups" in outcome.explanation


def test_nobody_answers() -> None:
    scope = scope_for("", "4.99")
    scope.message.sender = b"a@elsewhere.example"
    with pytest.raises(ClosedWorld):
        spf_of_message(scope)


def test_the_other_parts_of_authentication_results() -> None:
    """As the installed Exim 4.96 has them."""
    scope = scope_for("begin authenticators\np:\n  driver = plaintext\n  public_name = PLAIN\n", "4.96")
    scope.connection.host_name, scope.connection.authenticated_by = b"h.d.example", b"p"
    first = b"Authentication-Results: x;\n\tiprev=pass (h.d.example) smtp.remote-ip=10.1.1.1"
    assert scope.expand("${authresults{x}}") == first + b";\n\tauth=pass (PLAIN, no id saved)"
    scope.connection.authenticated_id, scope.message.authenticated_sender = b"joe", b"z@y.example"
    assert scope.expand("${authresults{x}}") == first + b";\n\tauth=pass (PLAIN) smtp.auth=joe smtp.mailfrom=z@y.example"
    scope.connection.host_name, scope.connection.host_lookup_failed = None, True
    assert b"iprev=fail smtp.remote-ip=10.1.1.1;" in scope.expand("${authresults{x}}")


def test_a_fixture_goes_first() -> None:
    scope = scope_for("acl_smtp_rcpt = c\nbegin acl\nc:\n  accept spf = fail\n", "4.99")
    scope.world = World(fixtures=Fixtures({"spf": {"fail": {"result": True, "spf_result": "fail"}}}))
    assert run_acl(scope, "RCPT", b"c").verdict == "accept"
    assert scope.expand("$spf_result") == b"fail"


class Everything:
    """Says the same record for every name."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def query(self, name: bytes, type: str) -> DnsAnswer:
        if type != "TXT":
            return DnsAnswer("nodata")
        return DnsAnswer("found", (DnsRecord(name, type, 60, Txt((self.text,))),))


SEEDS = (
    b"v=spf1 ip4:10.0.0.0/8 a:%{d} mx/24 include:x.example ?all",
    b"v=spf1 exists:%{ir}.%{v}._spf.%{d2} ptr:y.example redirect=%{d}",
    b"v=spf1 ip6:2001:db8::/32 a//64 mx:z.example//128 exp=%{l1r-}.example -all",
)
DAMAGE = (b"", b"%{", b" all", b":", b"=", b"/")
WORDS = {"pass", "fail", "softfail", "neutral", "none", "permerror", "temperror", "invalid"}


def test_damaged_records_have_a_result() -> None:
    choose = random.Random(7208)
    seen = set()
    for version in ("4.96", "4.99"):
        scope = scope_for("", version)
        scope.message.sender = b"a.b-c@sender.example"
        for number in range(2000):
            text = bytearray(SEEDS[number % len(SEEDS)])
            for _ in range(choose.randrange(1, 5)):
                at = choose.randrange(len(text))
                text[at : at + choose.randrange(3)] = choose.choice(DAMAGE) or bytes([choose.randrange(256)])
            if number % 2:
                text[:7] = b"v=spf1 "
            scope.world, scope.caches = World(dns=Everything(bytes(text))), {}
            seen.add(spf_of_message(scope))
    assert seen <= WORDS
    assert {"permerror", "none", "invalid"} <= seen
