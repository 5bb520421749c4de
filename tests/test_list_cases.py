"""Cases of list matching, as data: a subject, a list, and what Exim says of them.

    # a comment
    = domainlist dl = a.example : *.b.example      a line of the configuration
    % kind domain                                  what the lists of this file are
    % version 4.96                                 the Exim that said so; by default the newest
    % dns a.example A 10.0.0.1                     a DNS record; names in again.example cannot be looked up, others do not exist
    > x.b.example | +dl
    yes *.b.example                                the value that the match yields
    $0 x.b.example
    log ...                                        a line of the main log

Instead of "yes" it can be "no", "defer MESSAGE" or "dies". DATA stands for the folder with the files.

What Exim 4.96 is said to say is compared with the installed Exim, its log and its trace included.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from exim_lang.errors import Deferred, ExpansionError, ProcessDied
from exim_lang.expand.scope import Scope
from exim_lang.lists.match import check_host, check_list, match_ip, match_list
from exim_lang.lists.result import ListDeferred, Match
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.world.dns import DnsAnswer, DnsRecord
from exim_lang.world.dns_text import record_from_text
from exim_lang.world.world import World
from tests.differential import BATCH
from tests.random_lists import ListSides, questions

FOLDER = Path(__file__).parent / "cases" / "lists"
DATA = str(FOLDER / "data")


@dataclass(frozen=True)
class Sheet:
    """One file of cases."""

    path: Path
    kind: str
    version: str
    settings: str
    records: tuple[str, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Case:
    """One case; `place` is FILE:LINE, `expected` the lines below it."""

    place: str
    subject: str
    items: str
    expected: tuple[str, ...] = field(default=())

    @property
    def real_items(self) -> str:
        return self.items.replace("DATA", DATA)


class Zone:
    """The DNS of a file of cases."""

    def __init__(self, records: tuple[str, ...]) -> None:
        self.records: dict[tuple[bytes, str], list[DnsRecord]] = {}
        for record in records:
            name, kind, data = record.split(None, 2)
            key = name.encode(), kind
            self.records.setdefault(key, []).append(record_from_text(key[0], kind, data, 60))

    def query(self, name: bytes, type: str) -> DnsAnswer:
        name = name.lower()
        if name.endswith(b"again.example"):
            return DnsAnswer("again")
        found = self.records.get((name, type))
        if found:
            return DnsAnswer("found", tuple(found))
        return DnsAnswer("nodata" if any(key[0] == name for key in self.records) else "nomatch")


def read_sheet(path: Path) -> Sheet:
    settings: list[str] = []
    records: list[str] = []
    words = {"kind": "domain", "version": ""}
    cases: list[Case] = []
    for number, line in enumerate(path.read_text("latin-1").splitlines(), 1):
        match line[:2]:
            case "= ":
                settings.append(line[2:])
            case "% ":
                word, _, rest = line[2:].partition(" ")
                if word == "dns":
                    records.append(rest)
                else:
                    words[word] = rest
            case "> ":
                subject, _, items = line[2:].partition("| ")
                cases.append(Case(f"{path.name}:{number}", subject.removesuffix(" "), items))
            case "# " | "" | "#":
                pass
            case _:
                last = cases[-1]
                cases[-1] = Case(last.place, last.subject, last.items, (*last.expected, line))
    text = "\n".join(settings) + "\n"
    return Sheet(path, words["kind"], words["version"], text, tuple(records), tuple(cases))


def sheets() -> list[Sheet]:
    return [read_sheet(path) for path in sorted(FOLDER.glob("*.txt"))]


def scope_for(sheet: Sheet) -> Scope:
    config = config_from_text(sheet.settings.replace("DATA", DATA), dialect=dialect_for(sheet.version))
    assert not config.problems, config.problems
    world = World(dns=Zone(sheet.records), host_name=b"this.example", interfaces=[b"127.0.0.1", b"::1", b"10.9.9.200"])
    return Scope(config, world, match_list=match_list)


def answer(sheet: Sheet, case: Case, scope: Scope | None = None) -> tuple[str, ...]:
    """What the matcher says, as the lines of a case."""
    scope = scope or scope_for(sheet)
    subject, items = case.subject.encode("latin-1"), case.real_items.encode("latin-1")
    lines: list[str] = []
    try:
        found: Match | None
        match sheet.kind:
            case "ip":
                found = match_ip(scope, subject, items)
            case "host":
                scope.connection.host_address = subject
                scope.connection.is_smtp = True
                found = check_host(scope, items)
            case "domain" | "address" | "localpart" | "string" as kind:
                found = check_list(scope, kind, subject, items, expanded=True)
            case other:
                raise AssertionError(other)
        lines.append("no" if found is None else f"yes {(found.value or b'').decode('latin-1')}".rstrip())
        if found is not None:
            for number, value in enumerate(scope.numeric):
                lines.append(f"${number} {(value or b'').decode('latin-1')}".rstrip())
    except ProcessDied:
        lines.append("dies")
    except Deferred as error:
        lines.append(f"defer {error.message or 'NULL'}")
    except ExpansionError as error:
        lines.append(f"error {error.message}")
    lines += [f"log {line}" for log, line in scope.log if log == "main"]
    return tuple(re.sub(re.escape(DATA), "DATA", line) for line in lines)


SHEETS = sheets()
CASES = [pytest.param(sheet, case, id=case.place) for sheet in SHEETS for case in sheet.cases]
CONDITIONS = {
    "domain": "match_domain",
    "address": "match_address",
    "localpart": "match_local_part",
    "ip": "match_ip",
}
TRACE = re.compile(r' in ".*"\?|item ignored by|\? list match deferred')


def listed(line: str) -> bool:
    """Whether a line of the trace is about lists."""
    return TRACE.search(f" {line.strip()}") is not None


@pytest.mark.parametrize(("sheet", "case"), CASES)
def test_cases(sheet: Sheet, case: Case) -> None:
    assert answer(sheet, case) == case.expected


def exim() -> str:
    found = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin")
    assert found is not None, "exim4 is not installed"
    return found


SAID_BY_INSTALLED = [pytest.param(s, id=s.path.name) for s in SHEETS if s.kind in CONDITIONS and s.version == "4.96"]


@pytest.mark.parametrize("sheet", SAID_BY_INSTALLED)
def test_exim_agrees(sheet: Sheet, tmp_path: Path) -> None:
    """The installed Exim gives the same results, log lines and trace lines."""
    config = tmp_path / "config"
    config.write_text(sheet.settings.replace("DATA", DATA), "latin-1")
    for case in sheet.cases:
        question = f"{CONDITIONS[sheet.kind]}{{{case.subject}}}{{\\N{case.real_items}\\N}}"
        expression = f"${{if {question}{{yes $value|$0|$1|$2}}{{no}}}}"
        run = subprocess.run(
            [exim(), "-C", str(config), "-d-all+lists", "-be", expression], capture_output=True, text=True, check=False
        )
        scope = scope_for(sheet)
        trace: list[str] = []
        scope.debug = trace.append
        ours = answer(sheet, case, scope)
        theirs = run.stdout.strip().replace(DATA, "DATA")
        assert _as_printed(ours, case.items) == (theirs if run.returncode == 0 else ""), case.place
        debug = [line.strip() for line in run.stderr.splitlines()]
        logged = [f"log {after}" for line, after in pairwise(debug) if line.startswith("LOG: MAIN")]
        assert [line for line in ours if line.startswith("log ")] == [line.replace(DATA, "DATA") for line in logged]
        assert [line.strip() for line in trace if listed(line)] == [line for line in debug if listed(line)]


def _as_printed(lines: tuple[str, ...], items: str) -> str:
    """A case's lines as `-be` prints them."""
    first, *rest = (line for line in lines if not line.startswith("log "))
    if first.startswith("yes"):
        numbers = [line.partition(" ")[2] for line in rest]
        fields = [first.removeprefix("yes").strip(), *numbers, "", "", ""][:4]
        return ("yes " + "|".join(fields)).strip()
    if first.startswith("defer "):
        return f'Failed: unable to complete match against "{items}": {first[6:]}'
    if first.startswith("error "):
        return f"Failed: {first[6:]}"
    return "" if first == "dies" else first


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> ListSides:
    return ListSides(tmp_path_factory.mktemp("lists"))


@pytest.mark.parametrize("batch", range(10))
def test_random_lists_are_matched_as_by_exim(sides: ListSides, batch: int) -> None:
    numbers = range(batch * BATCH, (batch + 1) * BATCH)
    assert sides.unknown(questions(numbers, sides.data)) == []


HOST_LISTS = (
    "1.2.3.4",
    "1.2.3.0/24 : *",
    "!1.2.3.4",
    "! 1.2.3.0/24 : *",
    "<; ::1; 1.2.3.4/31",
    "+hl",
    "!+hl : 1.2.3.4",
    "+hl",
    "",
    ":",
    "net-lsearch;DATA/addresses",
    "net24-lsearch;DATA/addresses",
    "net24-iplsearch;DATA/networks",
    "+ignore_unknown : 1.2.3 : 1.2.3.4",
    "1.2.3 : *",
    "DATA/hosts",
    "DATA/negative : 9.9.9.9",
    "@[]",
    "!+outer",
    "+outer",
)


@pytest.mark.parametrize("address", ["1.2.3.4", "1.2.3.9", "10.0.0.7", "127.0.0.1"])
def test_exim_agrees_about_hosts(address: str, tmp_path: Path) -> None:
    """A connection ACL with one condition a list: trace and $host_data are the same."""
    options = "primary_hostname = my.host\nhostlist hl = 1.2.3.4 : 10.0.0.0/8\nhostlist outer = +hl : 127.0.0.1\n"
    lines = [options, "acl_smtp_connect = check\nbegin acl\ncheck:\n"]
    lines += [f"  warn hosts = {items.replace('DATA', DATA)}\n       log_message = data=$host_data\n" for items in HOST_LISTS]
    config = tmp_path / "config"
    config.write_text("".join(lines) + "  accept\n")
    run = subprocess.run(
        [exim(), "-C", str(config), "-d-all+lists", "-bh", address], input="", capture_output=True, text=True, check=False
    )
    debug = run.stderr.partition('using ACL "check"')[2].splitlines()
    theirs = [line.strip() for line in debug if listed(line) or re.search("Warning: data=", line)]
    scope = Scope(config_from_text(options, dialect=dialect_for("4.96")), World(interfaces=[b"127.0.0.1"]))
    scope.connection.host_address = address.encode()
    ours: list[str] = []
    scope.debug = lambda line: ours.append(line) if listed(line) else None
    data = b""
    said = []
    for items in HOST_LISTS:
        try:
            found = check_host(scope, items.replace("DATA", DATA))
        except ListDeferred:
            continue
        if found is not None:
            data = found.value or b""
            line = f"H=[{address}] Warning: data={data.decode()}"
            if line not in said:  # Exim writes a warning once
                ours.append(line)
                said.append(line)
    assert ours == [line for line in theirs if "in pipelining_connect" not in line]
