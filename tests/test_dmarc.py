"""DMARC: alignment, policies and where they are found, what is reported (RFC 7489, RFC 9989)."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from exim_lang.acl.scope import new_scope
from exim_lang.dmarc.record import Record, parse_record
from exim_lang.expand.state import Report
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.scenario.schema import DkimSign
from exim_lang.scenario.signing import published, signed
from exim_lang.smtp.session import Session
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

CASES = Path(__file__).parent / "cases" / "mail_auth"
CONFIG = """
primary_hostname = mx.test.example
host_lookup =
dmarc_tld_file = /etc/tlds
dmarc_history_file = /var/log/dmarc
dmarc_forensic_sender = postmaster@test.example
acl_smtp_rcpt = ${if eq{$local_part}{off}{off}{rcpt}}
acl_smtp_data = data
begin acl
rcpt:
  accept control = dmarc_enable_forensic
off:
  accept control = dmarc_disable_verify
data:
  warn   spf = *
  warn   dmarc_status = *
  accept logwrite = $dmarc_status/$dmarc_status_text/$dmarc_used_domain/$dmarc_domain_policy
         logwrite = $dmarc_alignment_spf/$dmarc_alignment_dkim
         logwrite = ${authresults{x}}
"""


class AnyName(Fixtures):
    """Names in the DNS that nobody thought of do not exist."""

    def knows(self, kind: str, call: bytes) -> bool:
        return kind == "dns" or super().knows(kind, call)

    def get(self, kind: str, call: bytes) -> Json:
        return super().get(kind, call) if super().knows(kind, call) else "nomatch"


def talk(
    answers: dict[str, Json],
    sender: str,
    header: str,
    *,
    signer: str = "",
    version: str = "4.99",
    rcpt: str = "x",
    config: str = CONFIG,
    client: bytes = b"192.0.2.1",
) -> Session:
    """One message, from a client that may send for spf.* domains and its own name only."""
    message = f"{header}\nSubject: s\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\nhello\n".encode()
    dns = dict(answers)
    if signer:
        sign = DkimSign(domain=signer)
        message = signed(message, sign)
        for name, data in published(sign).items():
            dns[f"{name} TXT"] = ["".join(data[0]["TXT"])]
    files: dict[str, Json] = {"/etc/tlds": "example\nco.example\nac\n"}
    loaded = config_from_text(config, dialect=dialect_for(version))
    assert not loaded.problems, loaded.problems
    scope = new_scope(loaded, World(fixtures=AnyName({"dns": dns, "file": files}), now=1_700_000_000))
    scope.connection.host_address = client
    session = Session(scope)
    session.greet()
    said = f"EHLO helo.site.example\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<{rcpt}@test.example>\r\nDATA\r\n".encode()
    session.receive(said)
    session.receive(message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b".\r\nQUIT\r\n")
    return session


def lines_of(session: Session) -> list[str]:
    return [line.split(" ", 1)[1] for log, line in session.scope.log if log == "main" and "<=" not in line]


BY_SUFFIXES, BY_TREE_WALK = (
    part.split("=== ")[1:] for part in (CASES / "dmarc.txt").read_text().split("# --- tree walk\n")
)
HEAD = re.compile(r"(\S+) <(.*)> (\S+): (\S+ \S+ \S+ \S+)")


def zone(records: dict[str, str]) -> dict[str, Json]:
    """Answers by name and type, from what stands behind `v=DMARC1;` or `v=spf1`."""
    answers: dict[str, Json] = {}
    for name, text in records.items():
        prefix = "v=DMARC1; " if name.startswith("_dmarc") else "v=spf1 "
        if " " in name:
            answers[name] = [text]
        else:
            answers[f"{name} TXT"] = text if text == "again" else [prefix + text]
    return answers


def check(case: str, version: str) -> None:
    head, *records = case.splitlines()
    found = HEAD.fullmatch(head)
    assert found is not None
    domain, sender, signer, expected = found.groups()
    answers = zone(dict(record.split(": ", 1) for record in records))
    signer = "" if signer == "-" else signer
    session = talk(answers, sender, f"From: Joe <joe@{domain}>", signer=signer, version=version)
    first, alignment, *_ = lines_of(session)
    status, _, used, policy = first.split("/")
    assert f"{status} {used} {policy or '-'} {alignment}" == expected


@pytest.mark.parametrize("case", BY_SUFFIXES)
def test_by_public_suffixes(case: str) -> None:
    check(case, "4.99")


@pytest.mark.parametrize("case", BY_TREE_WALK)
def test_by_tree_walk(case: str) -> None:
    check(case, "4.99+tree_walk")


STRICT = {"_dmarc.site.example": "p=reject; rua=mailto:a@site.example!5m; ruf=mailto:R@site.example,https://site.example/"}


def reports(session: Session) -> dict[str, Report]:
    return {event.kind: event for event in session.events if isinstance(event, Report)}


def test_reports_are_events() -> None:
    session = talk(zone(STRICT), "a@x.example", "From: joe@site.example", signer="else.example")
    found = reports(session)
    assert found["dmarc history"].to == b"/var/log/dmarc"
    lines = found["dmarc history"].text.decode().splitlines()
    assert lines[0].startswith("job ")
    assert lines[1:] == [
        "reporter mx.test.example", "received 1700000000", "ipaddr 192.0.2.1", "from site.example", "mfrom x.example", "spf 6",
        "dkim else.example test 0", "pdomain site.example", "policy 16", "rua mailto:a@site.example", "pct 100", "adkim 114",
        "aspf 114", "p 114", "sp 0", "align_dkim 5", "align_spf 5", "action 0",
    ]  # fmt: skip
    assert found["dmarc forensic"].to == b"r@site.example"
    text = found["dmarc forensic"].text.decode()
    assert "From: postmaster@test.example\n" in text
    assert "Subject: DMARC Forensic Report for site.example from IP 192.0.2.1\n" in text
    assert "SPF Alignment: no\n" in text


def test_no_reports_unless_wanted() -> None:
    config = CONFIG.replace("control = dmarc_enable_forensic", "").replace("dmarc_history_file = /var/log/dmarc\n", "")
    assert not reports(talk(zone(STRICT), "a@x.example", "From: joe@site.example", config=config))
    aligned = {**STRICT, "site.example": "+all"}
    assert list(reports(talk(zone(aligned), "a@site.example", "From: joe@site.example"))) == ["dmarc history"]


def first_line(session: Session) -> str:
    return lines_of(session)[0]


@pytest.mark.parametrize(
    "header, status",
    [
        ("X-From: joe@site.example", "nofrom/No From: domain found//"),
        ("From: joe", "nofrom/No From: domain found//"),
        ("From: joe@[192.0.2.1]", "nofrom/No From: domain found//"),
        ("From: <>", "nofrom/No From: domain found//"),
        ('From: "a, b" <joe@site.example>, x@other.example', "reject/Reject/site.example/reject"),
        ("From: joe@site.example (one, two)", "reject/Reject/site.example/reject"),
        ("From: a@site.example, b@other.example", "reject/Reject/site.example/reject"),
        ("From: all: a@site.example, b@other.example;", "reject/Reject/site.example/reject"),
    ],
)
def test_from(header: str, status: str) -> None:
    assert first_line(talk(zone(STRICT), "a@x.example", header, config="allow_domain_literals\n" + CONFIG)) == status


def test_where_dmarc_is_left_alone() -> None:
    header = "From: joe@site.example"
    assert first_line(talk(zone(STRICT), "a@x.example", header, rcpt="off")) == "off///"
    unset = CONFIG.replace("dmarc_tld_file = /etc/tlds\n", "")
    assert first_line(talk(zone(STRICT), "a@x.example", header, config=unset)) == "none///"
    old = unset.replace("$dmarc_alignment_spf/$dmarc_alignment_dkim", "x")
    assert first_line(talk(zone(STRICT), "a@x.example", header, config=old, version="4.93+dmarc")).startswith("DMARC results:")


def test_authentication_results() -> None:
    session = talk(zone(STRICT), "a@x.example", "From: joe@site.example", signer="site.example")
    line = lines_of(session)[2]
    assert "spf=none smtp.mailfrom=x.example" in line
    assert "dkim=pass header.d=site.example" in line
    assert "dmarc=pass header.from=site.example" in line


def test_the_log_line() -> None:
    config = "log_selector = +dmarc_verbose\n" + CONFIG
    session = talk(zone(STRICT), "a@x.example", "From: joe@site.example", config=config)
    words = "spf_domain=x.example dmarc_domain=site.example spf_align=no dkim_align=no enforcement='Reject'"
    assert first_line(session) == f"DMARC results: {words}"


def test_names_of_older_versions() -> None:
    config = CONFIG.replace("dmarc_disable_verify", "dmarc_verify_disable").split("data:\n")[0]
    config += "data:\n  accept !dmarc_status = never\n         logwrite = <$dmarc_ar_header>\n"
    session = talk(zone(STRICT), "a@x.example", "From: joe@site.example", config=config, version="4.82+dmarc")
    assert "<Authentication-Results: mx.test.example; dmarc=fail header.from=site.example>" in lines_of(session)
    session = talk(zone(STRICT), "a@x.example", "From: joe@site.example", config=config, version="4.82+dmarc", rcpt="off")
    assert lines_of(session) == ["<Authentication-Results: mx.test.example; dmarc=skipped>"]
    down = zone({"_dmarc.site.example": "again"})
    down_config = config.replace("<$dmarc_ar_header>", "$dmarc_status")
    session = talk(down, "a@x.example", "From: joe@site.example", config=down_config, version="4.82+dmarc")
    assert lines_of(session) == ["error"]


@pytest.mark.parametrize(
    "text, record",
    [
        ("v=DMARC1; p=none", Record(p="none")),
        (" V = DMARC1 ;P = Reject;;  x=y; adkim=S ", Record(p="reject", adkim="s")),
        ("v=DMARC1;p=none;sp=reject;np=quarantine;pct=7;psd=n;t=y",
         Record(p="none", sp="reject", np="quarantine", pct=7, psd="n", t="y")),
        ("v=DMARC1; p=none; rua=mailto:a@b.example!10m , https://c.example",
         Record(p="none", rua=("mailto:a@b.example", "https://c.example"))),
        ("v=DMARC1; p=none; p=reject", Record(p="none")),
        ("v=DMARC1", None),
        ("v=DMARC12; p=none", None),
        ("p=none; v=DMARC1", None),
        ("v=DMARC1; p=none; pct=101", None),
        ("v=DMARC1; p=none; adkim=x", None),
        ("v=DMARC1; p=none; nonsense", None),
    ],
)  # fmt: skip
def test_records(text: str, record: Record | None) -> None:
    assert parse_record(text.encode()) == record


DAMAGE = (b"", b";", b"=", b"p=", b"\xff")


def test_damaged_records_are_none() -> None:
    """Whatever a record says, it is one or it is not; and it never asks for what it does not say."""
    choose = random.Random(7489)
    seed = b"v=DMARC1; p=reject; sp=quarantine; np=none; adkim=s; aspf=r; pct=50; t=y; psd=n; rua=mailto:a@b.example!5m"
    good = 0
    for number in range(4000):
        text = bytearray(seed)
        for _ in range(choose.randrange(1, 6)):
            at = choose.randrange(len(text))
            text[at : at + choose.randrange(4)] = choose.choice(DAMAGE) or bytes([choose.randrange(256)])
        for lenient in (False, True):
            record = parse_record(bytes(text), lenient=lenient)
            good += record is not None
            if record is not None:
                assert record.p in ("none", "quarantine", "reject")
                assert 0 <= record.pct <= 100
        if number % 20 == 0:
            quoted = "".join(f"\\{code:03}" if code < 32 or code in b'"\\' else chr(code) for code in text)
            answers: dict[str, Json] = {"_dmarc.site.example TXT": [f'"{quoted}"']}
            status = first_line(talk(answers, "a@x.example", "From: joe@site.example")).split("/")[0]
            assert status in ("norecord", "none", "quarantine", "reject")
    assert 500 < good < 7500
