"""The world of one test: fixtures of the scenario file as answers, a clock that stands still, random numbers from a seed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from exim_lang.errors import ClosedWorld, UsageError
from exim_lang.expand.sql import sql_rows
from exim_lang.scenario.schema import Fixtures as Written
from exim_lang.scenario.zone import ZoneData
from exim_lang.world.files import Files
from exim_lang.world.fixtures import Fixtures, Json, to_bytes, to_text
from exim_lang.world.world import World

CLOCK = datetime(2025, 1, 1, 12, 0, tzinfo=UTC).timestamp()
"""When tests happen that say nothing of it."""
SEED = 1
HOST_NAME = "mx.test.example"
INTERFACES = ["127.0.0.1", "::1"]

SCANNERS = frozenset(
    {"malware", "spam", "dcc", "spf", "spf_guess", "dkim_status", "dkim_signers", "dmarc_status"}
)
SECTIONS = {
    "file": "files", "verify": "verify", "run": "run", "readsocket": "readsocket", "env": "environment", "passwd": "users"
}  # fmt: skip
LOCAL = frozenset({"file", "env", "passwd", "space", "sqlite", "dlfunc", "perl", "pam", "write"})
"""Kinds that are no backend which could be down."""


class Fault(NamedTuple):
    """A backend that is down, and how: "deferring", "refused" or "timed out"."""

    kind: str
    way: str


class Answers(Fixtures):
    """Answers by kind and call, those of SQL databases in memory, and a backend that is down.

    `asked` are the kinds that the configuration wanted to know something of.
    """

    def __init__(self, answers: dict[str, dict[str, Json]], sql: Mapping[str, str], fault: Fault | None = None) -> None:
        super().__init__(answers)
        self.asked: set[str] = set()
        self.fault = fault
        self.databases = {kind: _database(kind, script) for kind, script in sql.items()}

    def knows(self, kind: str, call: bytes) -> bool:
        self.asked.add(kind)
        if self.fault is not None and self.fault.kind == kind:
            return True
        return super().knows(kind, call) or kind in self.databases

    def get(self, kind: str, call: bytes) -> Json:
        if self.fault is not None and self.fault.kind == kind:
            return _failure(self.fault)
        if kind in self.databases and not super().knows(kind, call):
            return _sql_answer(kind, self.databases[kind], to_text(call))
        return super().get(kind, call)


class ScenarioWorld(World):
    """A world whose clock moves only when it is told to."""

    def advance(self, seconds: float) -> None:
        self._now = self.now() + seconds


def merged(*written: Written) -> Written:
    """Several sets of fixtures as one; the last word counts, call by call."""
    result: dict[str, Any] = {}
    for fixtures in written:
        for name in fixtures.__struct_fields__:
            value = getattr(fixtures, name)
            known = result.get(name)
            if value is UNSET:
                continue
            result[name] = _joined(known, value) if isinstance(value, dict) and isinstance(known, dict) else value
    return Written(**result)


def _joined(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    joined = dict(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(joined.get(key), dict)
        joined[key] = {**joined[key], **value} if both else value
    return joined


def open_world(written: Written, *, root: Path | None = None, fault: Fault | None = None) -> ScenarioWorld:
    """The world that the fixtures describe; raises UsageError for what makes no sense in them."""
    answers: dict[str, dict[str, Json]] = {}
    for kind, section in SECTIONS.items():
        answers[kind] = msgspec.to_builtins(getattr(written, section))
    for call, answer in msgspec.to_builtins(written.callouts).items():
        answers["verify"][f"callout {call}"] = answer
    for tables in (written.lookups, written.scanners, written.other):
        for kind, table in tables.items():
            answers.setdefault(kind, {}).update(table)
    sources = Answers(answers, {str(kind): script for kind, script in written.sql.items()}, fault)
    return ScenarioWorld(
        files=Files(str(root) if root else ""),
        dns=ZoneData(written.dns) if isinstance(written.dns, dict) else None,
        fixtures=sources,
        now=read_clock(written.clock) if isinstance(written.clock, str | int | float) else CLOCK,
        seed=written.seed if isinstance(written.seed, int) else SEED,
        host_name=to_bytes(written.host_name if isinstance(written.host_name, str) else HOST_NAME),
        interfaces=[to_bytes(one) for one in (written.interfaces if isinstance(written.interfaces, list) else INTERFACES)],
    )


def read_clock(value: str | float) -> float:
    """Seconds since the epoch; a string is a date, in UTC unless it says otherwise."""
    if not isinstance(value, str):
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"clock: {value!r} is no date (2025-01-31T12:00:00)") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _database(kind: str, script: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(script)
    except sqlite3.Error as error:
        connection.close()
        raise UsageError(f"fixtures: sql: {kind}: {error}") from error
    connection.text_factory = bytes
    return connection


def _sql_answer(kind: str, database: sqlite3.Connection, query: str) -> Json:
    """What the query finds, as a server's rows come back; an SQL error is a temporary one, as with a server."""
    try:
        cursor = database.execute(query)
        if cursor.description is None:
            return str(max(0, cursor.rowcount))
        names = [str(column[0]).encode() for column in cursor.description]
        rows = sql_rows(names, ([_column(value) for value in row] for row in cursor))
    except sqlite3.Error as error:
        return {"defer": f"{'PGSQL' if kind == 'pgsql' else 'MYSQL'}: query failed: {error}\n"}
    return None if rows is None else to_text(rows)


def _column(value: Any) -> bytes:
    return b"" if value is None else value if isinstance(value, bytes) else str(value).encode()


def _failure(fault: Fault) -> Json:
    """What a backend that is down answers."""
    refused = fault.way == "refused"
    words = {"refused": "Connection refused", "timed out": "Connection timed out"}.get(fault.way, "temporary failure")
    match fault.kind:
        case "dns":
            return "fail" if refused else "again"
        case "run" | "readsocket":
            return None if refused else {"defer": words}
        case "verify":
            return {"defer": words, "routed": True, "callout_deferred": True} if fault.way != "deferring" else {"defer": words}
        case kind:
            return {"defer": f"{kind}: {words}"}


def paste(error: ClosedWorld) -> str:
    """The lines to put into a scenario file that answer what was not answered."""
    kind, _, text = error.call.partition(' "')
    text = text.removesuffix('"')
    if kind == "dns":
        name, _, type = text.rpartition(" ")
        data = {"MX": "[10, mail.example]", "A": "192.0.2.1", "AAAA": "2001:db8::1"}.get(type, '"..."')
        return f"fixtures:\n  dns:\n    {_key(name)}:\n      - {type}: {data}        # or: - NXDOMAIN"
    if kind == "verify":
        section, call = ("callouts", text[8:]) if text.startswith("callout ") else ("verify", text)
        return f'fixtures:\n  {section}:\n    {_key(call)}: ok        # or: {{fail: "Unrouteable address"}}'
    if kind == "malware":
        return f"fixtures:\n  scanners:\n    malware:\n      {_key(text)}: Eicar-Test-Signature        # or: null"
    if kind == "spam":
        return f"fixtures:\n  scanners:\n    spam:\n      {_key(text)}: {{score: 7.3, threshold: 5.0}}"
    if kind in SCANNERS:
        return f"fixtures:\n  scanners:\n    {kind}:\n      {_key(text)}: {{result: true}}"
    if kind in SECTIONS:
        return f'fixtures:\n  {SECTIONS[kind]}:\n    {_key(text)}: "..."'
    return f'fixtures:\n  lookups:\n    {kind}:\n      {_key(text)}: "..."        # or: null'


def _key(text: str) -> str:
    """A key as YAML has it."""
    return msgspec.json.encode(text).decode()
