"""Running ACLs: what the comparison with the real Exim does not reach."""

from __future__ import annotations

import pytest

from exim_lang.acl.run import run_acl
from exim_lang.acl.scope import new_scope
from exim_lang.acl.verdict import Verdict
from exim_lang.errors import ClosedWorld, UsageError
from exim_lang.expand.engine import expand
from exim_lang.expand.headers import new_header
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Address
from exim_lang.model.load import config_from_text
from exim_lang.source.text import Text
from exim_lang.taint import taint
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

ROUTER = "begin routers\nr:\n driver = accept\n verify_only\n"


def scope_for(acls: str, *, main: str = "", fixtures: dict[str, dict[str, Json]] | None = None, now: float = 1e9) -> Scope:
    text = f"{main}begin acl\n{acls}"
    config = config_from_text(text, "exim.conf")
    assert not config.problems, config.problems
    scope = new_scope(config, World(fixtures=Fixtures(fixtures or {}), now=now))
    scope.connection.host_address = taint(b"10.0.0.2")
    scope.message.sender = taint(b"x@y.example")
    scope.address = Address(taint(b"joe"), taint(b"a.example"))
    return scope


def verdict_of(acls: str, where: str = "RCPT", **more: object) -> Verdict:
    scope = scope_for(acls, **more)  # type: ignore[arg-type]
    return run_acl(scope, where, Text.literal("a"))


def outcome(verdict: Verdict) -> tuple[str, bytes | None, bytes | None]:
    return verdict.verdict, verdict.user_message, verdict.log_message


def test_phase_has_to_exist() -> None:
    with pytest.raises(UsageError):
        verdict_of("a:\n accept\n", "NOWHERE")


@pytest.mark.parametrize(
    "where, word",
    [("CONNECT", "connection"), ("HELO", "EHLO or HELO"), ("MAIL", "MAIL"), ("NOTSMTP", "non-SMTP"), ("DATA", "DATA")],
)
def test_condition_out_of_place(where: str, word: str) -> None:
    found = verdict_of("a:\n accept domains = x\n", where)
    assert outcome(found) == ("error", None, f"cannot test domains condition in {word} ACL".encode())


def test_modifier_out_of_place() -> None:
    found = verdict_of("a:\n accept delay = 1s\n", "NOTQUIT")
    assert found.log_message == b"cannot use delay condition in NOTQUIT ACL"


def test_decision_knows_its_statement_and_condition() -> None:
    found = verdict_of("a:\n warn condition = yes\n require message = no\n  condition = 0\n accept\n")
    assert found.decided_by is not None
    assert found.failed is not None
    assert (found.decided_by.verb, str(found.decided_by.place)) == ("require", "exim.conf:4:2")
    assert (found.failed.name, str(found.failed.place)) == ("condition", "exim.conf:5:3")
    assert [(type(step.node).__name__, step.result) for step in found.steps] == [
        ("Condition", "ok"),
        ("Statement", "ok"),
        ("Condition", "fail"),
        ("Statement", "fail"),
    ]


def test_implicit_deny_is_nobodys() -> None:
    found = verdict_of("a:\n accept condition = no\n")
    assert (found.verdict, found.decided_by, found.failed) == ("deny", None, None)


def test_no_acl_denies() -> None:
    assert run_acl(scope_for("a:\n"), "RCPT", None).verdict == "deny"
    assert verdict_of("a:\n").verdict == "deny"


def test_forced_failure_of_the_option_accepts() -> None:
    assert run_acl(scope_for("a:\n"), "RCPT", Text.literal("${if eq{1}{2}{a}fail}")).verdict == "accept"


def test_inline_acl_keeps_its_place() -> None:
    found = run_acl(scope_for("a:\n"), "VRFY", Text.literal("warn\n  deny message = x", "option"))
    assert found.decided_by is not None
    assert (found.user_message, str(found.decided_by.place)) == (b"x", "option:2:3")


def test_acl_in_a_file() -> None:
    scope = scope_for("a:\n", fixtures={"file": {"/acls/x": "# comment\ndeny message = one \\\n   two\n"}})
    trace: list[str] = []
    scope.debug = trace.append
    assert run_acl(scope, "RCPT", Text.literal("/acls/x")).user_message == b"one two"
    assert trace[0] == "read ACL from file /acls/x"
    trace.clear()
    assert run_acl(scope, "RCPT", Text.literal("/acls/x")).verdict == "deny"
    assert trace[0] == 'using ACL "/acls/x"'


def test_tainted_acl_text() -> None:
    scope = scope_for("a:\n accept\n")
    found = run_acl(scope, "RCPT", Text.literal("${lc:$local_part}"))
    assert outcome(found) == ("error", None, b"internal configuration error")
    assert ("panic", 'attempt to use tainted ACL text "joe"') in scope.log


@pytest.mark.parametrize("where", ["QUIT", "NOTQUIT"])
def test_quit_cannot_be_refused(where: str) -> None:
    found = verdict_of("a:\n deny\n", where)
    wrong = b"QUIT or not-QUIT toplevel ACL may not fail ('deny' verb used incorrectly)"
    assert outcome(found) == ("error", None, wrong)


def test_discard_needs_a_message() -> None:
    scope = scope_for("a:\n discard\n")
    assert run_acl(scope, "PREDATA", Text.literal("a")).verdict == "error"
    assert scope.log[0] == ("main", '"discard" verb not allowed in PREDATA ACL')
    assert run_acl(scope, "MAIL", Text.literal("a")).verdict == "discard"


def test_expansions_run_acls() -> None:
    scope = scope_for("b:\n accept condition = ${if eq{$acl_arg1}{1}}\n  message = yes $acl_narg\n")
    assert expand("${acl{b}{1}{2}}", scope) == b"yes 2"
    assert expand("${if acl{{b}{1}}{t}{f}}${if acl{{b}{2}}{t}{f}}", scope) == b"tf"
    assert scope.arguments == ()


def test_arguments_come_back() -> None:
    scope = scope_for("a:\n warn acl = b 1\n deny message = $acl_arg1/$acl_narg\nb:\n accept\n")
    assert run_acl(scope, "RCPT", Text.literal("a"), (b"x", b"y")).user_message == b"x/2"


def test_log_reject_target() -> None:
    assert verdict_of("a:\n deny log_reject_target = panic : main\n").reject_logs == ("main", "panic")
    assert verdict_of("a:\n deny log_reject_target =\n").reject_logs == ()


def test_controls_are_recorded() -> None:
    scope = scope_for("a:\n accept control = no_pipelining\n control = fakereject/no way\n control = queue/first_pass_route\n")
    assert run_acl(scope, "RCPT", Text.literal("a")).verdict == "accept"
    assert scope.connection.controls == {"no_pipelining": b""}
    assert scope.message.controls == {"fakereject": b"no way", "queue": b"first_pass_route"}


def test_case_of_the_local_part() -> None:
    scope = scope_for(
        "a:\n warn control = caseful_local_part\n  set acl_m_a = $local_part\n  control = caselower_local_part\n"
        " deny message = $acl_m_a $local_part\n"
    )
    scope.address = Address(taint(b"joe"), b"a.example", taint(b"JoE"))
    assert run_acl(scope, "RCPT", Text.literal("a")).user_message == b"JoE joe"


def test_verify_asks_fixtures() -> None:
    acls = "a:\n require verify = recipient\n deny message = $address_data\n" + ROUTER
    good: dict[str, dict[str, Json]] = {"verify": {"recipient joe@a.example": {"ok": "", "address_data": "d"}}}
    bad: dict[str, dict[str, Json]] = {"verify": {"recipient joe@a.example": {"fail": "no such user"}}}
    assert verdict_of(acls, fixtures=good).user_message == b"d"
    assert outcome(verdict_of(acls, fixtures=bad)) == ("deny", b"no such user", b"no such user")
    with pytest.raises(ClosedWorld, match=r"verifying recipient joe@a\.example") as caught:
        verdict_of(acls)
    assert caught.value.stub == '"verify": {"recipient joe@a.example": "ok"}'


@pytest.mark.parametrize(
    "options, callout, verdict",
    [
        ("", False, "defer"),
        ("/defer_ok", False, "accept"),
        ("/callout=defer_ok", False, "defer"),
        ("/callout=defer_ok", True, "accept"),
    ],
)
def test_verification_put_off(options: str, callout: bool, verdict: str) -> None:
    answer: dict[str, Json] = {"defer": "try later", "callout_deferred": callout}
    acls = f"a:\n require verify = sender{options}\n accept\n" + ROUTER
    found = verdict_of(acls, fixtures={"verify": {"sender x@y.example": answer}})
    assert found.verdict == verdict


def test_failed_sender_is_left_for_the_reply() -> None:
    acls = "a:\n require verify = sender/no_details\n" + ROUTER
    scope = scope_for(acls, fixtures={"verify": {"sender x@y.example": {"fail": "bad", "failure": "route"}}})
    found = run_acl(scope, "RCPT", Text.literal("a"))
    assert outcome(found) == ("deny", b"Sender verify failed", b"Sender verify failed")
    failed = scope.message.sender_verify_failed
    assert failed is not None
    assert (failed.message, failed.told) == (b"bad", True)


def data_scope(acls: str, *headers: bytes, main: str = "") -> Scope:
    scope = scope_for(acls, main=main)
    scope.message.headers = [new_header(taint(header + b"\n")) for header in headers]
    scope.message.body = b"first line\nbuy pills now\n"
    scope.message.recipients = [b"Joe@a.example"]
    return scope


@pytest.mark.parametrize(
    "test, headers, message",
    [
        (
            "header_syntax",
            [b"To: a@b, c d@e"],
            b'missing or malformed local part (expected word or "<"): failing address in "To:" header is: c d@e',
        ),
        ("header_syntax", [b"To: grp: a@b, c@d;, e@f", b"Subject: @@"], None),
        ("header_syntax", [b"From: joe"], b'unqualified address not permitted: failing address in "From:" header is: joe'),
        ("header_names_ascii", [b"X-\xe9: y"], b'Invalid character in header "X-\xe9" found'),
        ("header_names_ascii", [b"X-a: \xe9"], None),
        ("not_blind", [b"To: joe@a.example"], b"bcc recipient detected"),
        ("not_blind", [b"Cc: x@y, J <Joe@A.example>"], None),
        ("not_blind/case_insensitive", [b"To: joe@a.example"], None),
    ],
)
def test_header_verification(test: str, headers: list[bytes], message: bytes | None) -> None:
    scope = data_scope(f"a:\n require verify = {test}\n accept\n", *headers)
    found = run_acl(scope, "DATA", Text.literal("a"))
    assert (found.verdict, found.log_message) == ("accept" if message is None else "deny", message)
    assert found.user_message is None


def test_error_details_for_the_client() -> None:
    scope = data_scope("a:\n require verify = not_blind\n", main="smtp_return_error_details\n")
    assert run_acl(scope, "DATA", Text.literal("a")).user_message == b"Rejected after DATA: bcc recipient detected"


def test_regex_reads_lines() -> None:
    scope = data_scope("a:\n deny regex = nothing : (p.lls) (n.w)\n  message = $regex1/$regex2 by $regex_match_string\n")
    assert run_acl(scope, "DATA", Text.literal("a")).user_message == b"pills/now by (p.lls) (n.w)"


def test_scanners_ask_fixtures() -> None:
    acls = "a:\n deny malware = *\n  message = $malware_name\n"
    answer: dict[str, Json] = {"result": True, "malware_name": "Eicar"}
    assert verdict_of(acls, "DATA", fixtures={"malware": {"*": answer}}).user_message == b"Eicar"
    with pytest.raises(ClosedWorld, match="malware"):
        verdict_of(acls, "DATA")


def test_rates_fall_with_time() -> None:
    condition = "ratelimit = 2 / 1h / per_cmd / strict"
    scope = scope_for(f"a:\n deny {condition}\n  message = $sender_rate\n accept message = $sender_rate\n")
    for now, verdict, rate in ((1e9, "accept", b"1.0"), (1e9, "deny", b"2.0"), (1e9 + 36000, "accept", b"1.0")):
        scope.world = World(now=now)
        found = run_acl(scope, "RCPT", Text.literal("a"))
        assert (found.verdict, found.user_message) == (verdict, rate)


@pytest.mark.parametrize("argument", ["condition = ${lookup mysql{select 1}}", "domains = ${lookup mysql{select 1}}"])
def test_what_a_lookup_said_is_logged_alone(argument: str) -> None:
    fixtures: dict[str, dict[str, Json]] = {"mysql": {"select 1": {"defer": "MYSQL connection failed: no"}}}
    found = verdict_of(f"a:\n deny {argument}\n", main="mysql_servers = 127.0.0.1/d/u/p\n", fixtures=fixtures)
    assert outcome(found) == ("defer", None, b"MYSQL connection failed: no")
