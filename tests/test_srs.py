"""Sender rewriting: the native form beside the installed Exim, and that of libsrs_alt in the language of 4.69."""

from __future__ import annotations

import random
import shutil
import subprocess
import time

import pytest

from exim_lang.errors import ExpansionError
from exim_lang.expand.srs_alt import Fault, SrsError, SrsSettings, srs_forward, srs_reverse
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import follow
from exim_lang.taint import taint
from exim_lang.transport.simulate import deliver
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

DAY = 86400
NOW = 1_735_732_800.0
ODD = ["", "<>", "kim", "@here.example", "kim@", "a b@c.example", "kim@[192.0.2.1]", "<kim@here.example>"]
LETTERS = "abcXYZ019.-+_=!#$%&'*/?^`{|}~"


def address(some: random.Random) -> str:
    """Most of them are addresses."""
    match some.randrange(10):
        case 0:
            return some.choice(ODD)
        case 1:
            return f'"{"".join(some.choice("ab .=@") for _ in range(some.randrange(1, 6)))}"@{some.choice("ab")}.example'
        case 2:
            return f"SRS0=abcd=DM=there.example={some.choice('ab')}@here.example"
    size = some.randrange(1, 12)
    return "".join(some.choice(LETTERS) for _ in range(size)) + f"@{some.choice(['a.example', 'B.Example', 'x-y.example.org'])}"


def exim_answers(lines: list[str]) -> list[str]:
    program = shutil.which("exim4")
    assert program is not None, "exim4 is installed with the tests"
    text = "".join(line + "\n" for line in lines)
    command = [program, "-C", "/dev/null", "-be"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=False)
    answers = done.stdout.removeprefix("> ").split("\n> ")
    return answers[: len(lines)]


def our_answer(line: str) -> str:
    scope = routed_scope(config_from_text("", dialect=dialect_for("4.96")), World())
    try:
        return scope.expand(line).decode("latin-1")
    except ExpansionError as error:
        return f"Failed: {error.message}"


def quoted(text: str) -> str:
    return "".join("\\" + letter if letter in "${}\\" else letter for letter in text)


def test_native_as_exim() -> None:
    """1,000 addresses are encoded, and taken back as they are and damaged; Exim and we are asked on the same day."""
    if time.time() % DAY > DAY - 10:
        time.sleep(12)
    some = random.Random(7)
    lines, encoded = [], []
    for _ in range(1000):
        one = address(some)
        lines.append(f"${{srs_encode{{{some.choice(['secret', 'x', 'Geheim 1'])}}}{{{quoted(one)}}}{{fwd.example}}}}")
        made = our_answer(lines[-1])
        if made.startswith(("SRS0=", '"SRS0=')):
            encoded.append(made.rpartition("@")[0])
    assert len(encoded) > 700
    for local_part in encoded:
        damaged = list(local_part)
        if some.random() < 0.5:
            damaged[some.randrange(len(damaged))] = some.choice("a=A7@.")
        secret = some.choice(["secret", "x", "Geheim 1", ""])
        test = f"inbound_srs{{{quoted(''.join(damaged))}}}{{{secret}}}"
        lines.append(f"${{if {test}{{yes $srs_recipient}}{{no $srs_recipient}}}}")
    different = [
        (line, theirs, ours)
        for line, theirs in zip(lines, exim_answers(lines), strict=True)
        if (ours := our_answer(line)) != theirs and not _stale(line, theirs, ours)
    ]
    assert not different


def _stale(line: str, theirs: str, ours: str) -> bool:
    """One process of Exim answers all lines: what it shows as `$srs_recipient` may be that of a line before, or memory that
    holds something else by now."""
    return line.startswith("${if") and theirs.startswith("no ") and (ours == "no " or "$srs_recipient}" in theirs)


SETTINGS = SrsSettings((b"new", b"old"))


@pytest.mark.parametrize("settings", [
    SETTINGS, SrsSettings((b"x",), hash_length=4, hash_min=2), SrsSettings((b"x",), use_timestamp=False),
    SrsSettings((b"x",), use_hash=False), SrsSettings((b"x",), use_hash=False, use_timestamp=False),
])  # fmt: skip
def test_there_and_back(settings: SrsSettings) -> None:
    some = random.Random(8)
    for _ in range(200):
        one = address(some).encode()
        local_part, _, domain = one.rpartition(b"@")
        if not local_part or not domain or local_part.upper().startswith(b"SRS"):
            continue
        first = srs_forward(settings, one, b"first.example", NOW)
        assert first.startswith(b"SRS0=")
        assert srs_reverse(settings, first, NOW + 5 * DAY).address == one
        if settings.use_hash:
            second = srs_forward(settings, first, b"second.example", NOW)
            third = srs_forward(settings, second, b"third.example", NOW)
            assert second.startswith(b"SRS1=")
            assert third.endswith(b"@third.example")
            for again in (second, third):
                assert srs_reverse(settings, again, NOW).address == first


def test_written_down() -> None:
    """What it looked like when it was written, so that addresses on their way stay good."""
    made = srs_forward(SETTINGS, b"dave@client.example", b"here.example", NOW)
    assert made == b"SRS0=" + made[5:11] + b"=TZ=client.example=dave@here.example"


@pytest.mark.parametrize(("change", "days", "fault"), [
    ((b"dave", b"evil"), 0, "hash"),
    ((b"client", b"cl1ent"), 0, "hash"), ((b"=TZ=", b"=TY="), 0, "hash"),
    ((b"", b""), 32, "expired"), ((b"", b""), -1, "expired"),
    ((b"SRS0=", b"SRS0=x"), 0, "hash"), ((b"SRS0=", b"SRS9="), 0, "not srs"),
])  # fmt: skip
def test_tampering(change: tuple[bytes, bytes], days: int, fault: Fault) -> None:
    made = srs_forward(SETTINGS, b"dave@client.example", b"here.example", NOW)
    with pytest.raises(SrsError) as caught:
        srs_reverse(SETTINGS, made.replace(*change) if change[0] else made, NOW + days * DAY)
    assert caught.value.fault == fault


def test_secrets_and_case() -> None:
    made = srs_forward(SrsSettings((b"old",)), b"Dave@client.example", b"here.example", NOW)
    assert srs_reverse(SETTINGS, made.lower(), NOW).address == b"dave@client.example"
    with pytest.raises(SrsError, match="the hash is wrong"):
        srs_reverse(SrsSettings((b"new",)), made, NOW)
    with pytest.raises(SrsError, match="too short"):
        srs_reverse(SETTINGS, made.replace(made[5:11], made[5:9]), NOW)


CONFIG = """primary_hostname = here.example
qualify_domain = here.example
MAIN
begin routers
back:
  driver = redirect
  srs = reverse
  BACK
  data = $srs_recipient
forward:
  driver = redirect
  domains = here.example
  local_parts = kim
  srs = forward
  srs_alias = fwd.here.example
  FORWARD
  data = kim@there.example
away:
  driver = accept
  transport = t
begin transports
t:
  driver = pipe
  command = /bin/true
"""


def scope_of(main: str, answers: dict[str, dict[str, Json]] | None = None, back: str = "", forward: str = ""):  # type: ignore[no-untyped-def]
    text = CONFIG.replace("MAIN", main).replace("BACK", back).replace("FORWARD", forward)
    config = config_from_text(text, dialect=dialect_for("4.69"))
    assert not config.problems
    scope = routed_scope(config, World(now=NOW, fixtures=Fixtures(answers or {}), host_name=b"here.example"))
    scope.message.sender = taint(b"dave@client.example")
    return scope


@pytest.mark.parametrize("main", ["srs_secrets = first:second", "srs_config = first:31:6:1:1", "srs_config = first"])
def test_routers(main: str) -> None:
    scope = scope_of(main)
    [done] = deliver(scope, [b"kim@here.example"])
    assert bytes(done.addresses[0].address) == b"kim@there.example"
    made = bytes(done.return_path)
    assert made.startswith(b"SRS0=")
    assert made.endswith(b"=TZ=client.example=dave@fwd.here.example")
    assert scope.expand("$srs_orig_sender") == b"dave@client.example"
    [back] = deliver(scope_of("srs_secrets = other:first"), [made])
    assert bytes(back.addresses[0].address) == b"dave@client.example"
    report = follow(scope, taint(made.replace(b"dave", b"evil")), "deliver", full=True)
    assert report.status == "fail"
    assert scope.expand("$srs_status") == b"the hash is wrong"


def test_database() -> None:
    answers: dict[str, dict[str, Json]] = {"mysql": {"keep dave@client.example": "k42", "find k42": "dave@client.example"}}
    main = "mysql_servers = localhost/mail/user/secret\nsrs_secrets = x"
    insert = "srs_dbinsert = ${lookup mysql{keep $srs_db_address}}"
    select = "srs_dbselect = ${lookup mysql{find $srs_db_key}}"
    [done] = deliver(scope_of(main, answers, forward=insert), [b"kim@here.example"])
    made = bytes(done.return_path)
    assert made.endswith(b"=TZ=k42@fwd.here.example")
    [back] = deliver(scope_of(main, answers, back=select), [made])
    assert bytes(back.addresses[0].address) == b"dave@client.example"


@pytest.mark.parametrize(("main", "forward", "status"), [
    ("", "", "defer"), ("srs_secrets = x\nsrs_hashlength = 99", "", "defer"), ("srs_config = x:y", "", "defer"),
    ("srs_secrets = x", "srs_condition = no", "ok"), ("srs_secrets = x", "srs_condition = ${if eq{1}{2}}", "ok"),
])  # fmt: skip
def test_settings(main: str, forward: str, status: str) -> None:
    scope = scope_of(main, forward=forward)
    assert follow(scope, taint(b"kim@here.example"), "deliver", full=True).status == status
