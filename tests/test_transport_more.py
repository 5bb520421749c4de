"""What a simulated delivery says beside what is delivered: events, signatures, queue files, versions, the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.errors import ClosedWorld
from exim_lang.expand.headers import split_headers
from exim_lang.expand.scope import Scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.route.address import Host
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import follow
from exim_lang.taint import taint
from exim_lang.transport.delivery import Delivery, HostsTarget, QueueTarget, SocketTarget
from exim_lang.transport.events import Happening
from exim_lang.transport.simulate import deliver, simulate
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

HEAD = "primary_hostname = mx.here.example\nqualify_domain = here.example\nmysql_servers = localhost/mail/user/secret\n"
HOSTS = "198.51.100.1:198.51.100.2"
ROUTER = f"begin routers\nr:\n  driver = manualroute\n  transport = t\n  route_list = * {HOSTS}\nbegin transports\nt:\n"


def scope_for(
    text: str, version: str = "", answers: dict[str, dict[str, Json]] | None = None, allowed: tuple[str, ...] = ()
) -> Scope:
    config = config_from_text(HEAD + text, dialect=dialect_for(version) if version else None)
    assert config.fatal is None, config.fatal
    scope = routed_scope(config, World(fixtures=Fixtures(answers or {}), now=1700000000, allowed=allowed))
    scope.message.headers, scope.message.body = split_headers(b"From: a@b.example\nSubject: hi\n\nbody\n")
    scope.message.sender, scope.message.id = taint(b"a@b.example"), b"1xUhtT-00085D-2i"
    scope.message.size, scope.message.received = 40, True
    return scope


def one(scope: Scope, happening: Happening | None = None, address: bytes = b"kim@there.example") -> Delivery:
    found = deliver(scope, [address], happening or Happening())
    assert len(found) == 1
    return found[0]


EVENT = """\
  driver = smtp
  event_action = ${if eq{$event_name}{msg:delivery}{${lookup mysql{insert into sent values ('${quote_mysql:$domain}', \\
    '$host_address', '${quote_mysql:$event_data}')}}}{$event_name $event_defer_errno $event_data $host}}
"""
INSERT = "insert into sent values ('there.example', '198.51.100.1', '250 OK')"


def test_an_event_asks_its_database() -> None:
    with pytest.raises(ClosedWorld, match="mysql"):
        one(scope_for(ROUTER + EVENT), Happening(confirmation=b"250 OK"))
    answered = one(scope_for(ROUTER + EVENT, answers={"mysql": {INSERT: "1"}}), Happening(confirmation=b"250 OK"))
    assert [(event.option, event.name, event.value) for event in answered.events] == [
        ("event_action", "msg:delivery", b"1")
    ]
    assert answered.log == ('=> kim@there.example R=r T=t H=198.51.100.1 [198.51.100.1] C="250 OK"',)


def test_a_deferral_raises_other_events() -> None:
    late = one(scope_for(ROUTER + EVENT), Happening("deferred", errno=111, message="Connection refused"))
    assert [(event.name, event.value) for event in late.events] == [
        ("msg:host:defer", b"msg:host:defer 111 Connection refused 198.51.100.1"),
        ("msg:host:defer", b"msg:host:defer 111 Connection refused 198.51.100.2"),
        ("msg:defer", b"msg:defer 111 Connection refused 198.51.100.2"),
    ]
    assert late.log == ("== kim@there.example R=r T=t defer (111): Connection refused",)
    answer = "SMTP error from remote mail server after RCPT TO:<kim@there.example>: 450 later"
    late = one(scope_for(ROUTER + EVENT), Happening("deferred", errno=-44, message=answer))
    assert [event.name for event in late.events] == ["msg:rcpt:host:defer", "msg:rcpt:defer"]
    assert late.log == (f"== kim@there.example R=r T=t defer (-44) H=198.51.100.1 [198.51.100.1]: {answer}",)
    late = one(scope_for(ROUTER + EVENT), Happening("deferred", errno=-45, message="451 not now"))
    assert [event.name for event in late.events] == ["msg:defer"]
    chosen = one(scope_for(ROUTER + EVENT), Happening(names=("smtp:connect",)))
    assert [event.value for event in chosen.events] == [b"smtp:connect 0  198.51.100.1"]


MAIN = "event_action = $event_name <$event_data> $local_part $router_name\n"
ENDS = "no:\n  driver = redirect\n  local_parts = no\n  allow_fail\n  data = :fail: not here\n"
ENDS += "late:\n  driver = redirect\n  local_parts = late\n  allow_defer\n  data = :defer: not now\n"


@pytest.mark.parametrize(
    ("local_part", "values"),
    [
        (b"kim", [b"msg:complete <>  "]),
        (b"no", [b"msg:fail:internal <not here> no no", b"msg:complete <>  "]),
        (b"late", []),
    ],
)
def test_events_of_the_message(local_part: bytes, values: list[bytes]) -> None:
    scope = scope_for(MAIN + ROUTER.replace("routers\n", "routers\n" + ENDS) + "  driver = smtp\n")
    assert [event.value for event in one(scope, address=local_part + b"@there.example").events] == values


@pytest.mark.parametrize(("most", "tried"), [(1, "1 3 f"), (2, "1 2 3 f"), (9, "1 2 3 f")])
def test_the_hosts_that_are_tried_and_those_to_fall_back_on(most: int, tried: str) -> None:
    text = f"  driver = smtp\n  hosts_max_try = {most}\n  fallback_hosts = 198.51.100.9::26\n  event_action = $host\n"
    scope = scope_for(ROUTER + text)
    report = follow(scope, taint(b"kim@there.example"), "deliver", full=True)
    report.chains.remote[0].hosts = [Host(name, b"198.51.100.1", mx) for name, mx in ((b"1", 1), (b"2", 1), (b"3", 2))]
    late = simulate(scope, [report], Happening("deferred", errno=111, message="Connection refused"))[0]
    values = [event.value for event in late.events if event.name == "msg:host:defer"]
    assert b" ".join(values).replace(b"198.51.100.9", b"f").decode() == tried
    assert isinstance(late.target, HostsTarget)
    assert [(host.name, host.port) for host in late.target.fallback] == [(b"198.51.100.9", 26)]


def test_events_that_fail_are_logged() -> None:
    scope = scope_for(ROUTER + "  driver = smtp\n  event_action = ${foo\n")
    assert one(scope).events[0].error.startswith('"${foo" is not a known operator')
    assert any("failed to expand event_action msg:delivery in t: " in line for _, line in scope.log)


TPDA = """\
  driver = smtp
  tpda_delivery_action = ${lookup mysql{sent $tpda_delivery_local_part $tpda_delivery_domain $tpda_delivery_ip \\
    $tpda_delivery_port $tpda_delivery_fqdn $tpda_delivery_confirmation}}
  tpda_host_defer_action = ${lookup mysql{late $tpda_delivery_ip $tpda_defer_errno $tpda_defer_errstr $router_name}}
"""


def test_tpda() -> None:
    answers: dict[str, dict[str, Json]] = {
        "mysql": {"sent kim there.example 198.51.100.1 25 198.51.100.1 250 OK": "1",
                  "late 198.51.100.1 110 timed out r": "2", "late 198.51.100.2 110 timed out r": "3"}
    }
    done = one(scope_for(ROUTER + TPDA, "4.84", answers), Happening(confirmation=b"250 OK"))
    assert [(event.option, event.value) for event in done.events] == [("tpda_delivery_action", b"1")]
    late = one(scope_for(ROUTER + TPDA, "4.84", answers), Happening("deferred", errno=110, message="timed out"))
    assert [(event.option, event.value) for event in late.events] == [
        ("tpda_host_defer_action", b"2"),
        ("tpda_host_defer_action", b"3"),
    ]


def test_a_host_has_what_is_demanded_of_it() -> None:
    text = ROUTER + "  driver = smtp\n  port = submission\n"
    text += "  hosts_require_tls = 198.51.100.1\n  hosts_avoid_tls = 198.51.100.2\n"
    target = one(scope_for(text, "4.99")).target
    assert isinstance(target, HostsTarget)
    assert [(host.address, host.port, host.tls) for host in target.hosts] == [
        (b"198.51.100.1", 587, "required"),
        (b"198.51.100.2", 587, "avoided"),
    ]


def test_tainted_hosts_by_version() -> None:
    text = "begin routers\nr:\n  driver = accept\n  transport = t\nbegin transports\nt:\n  driver = smtp\n  hosts = $domain\n"
    assert one(scope_for(text, "4.96")).message == "internal configuration error"
    message = one(scope_for(text, "4.99")).message
    assert message == "attempt to use tainted host list 'there.example' from '$domain' in transport t"


LOCAL = "begin routers\nr:\n  driver = accept\n  transport = t\n  user = nobody\nbegin transports\nt:\n"


@pytest.mark.parametrize(
    "transport, expected",
    [
        ("  driver = queuefile\n  directory = /var/queue\n", QueueTarget(b"/var/queue")),
        ("  driver = queuefile\n  directory = queue\n", 'queuefile: "queue" is not an absolute path'),
        ("  driver = queuefile\n  directory = /q/$local_part\n", "Tainted '/q/kim' (dirname for t transport) not permitted"),
        ("  driver = lmtp\n  socket = /run/lmtp\n", SocketTarget(b"/run/lmtp", 300, (b"kim@there.example",))),
    ],
)
def test_local_transports(transport: str, expected: object) -> None:
    found = one(scope_for(LOCAL + transport))
    assert (found.message if isinstance(expected, str) else found.target) == expected


def test_signatures(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = tmp_path / "key"
    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(pem)
    text = ROUTER + f"  driver = smtp\n  dkim_domain = here.example\n  dkim_selector = s\n  dkim_private_key = {key}\n"
    signed = one(scope_for(text))
    assert signed.signatures[0].startswith(b"DKIM-Signature: ")
    assert b"d=here.example" in signed.signatures[0]
    assert (signed.copy.text or b"").startswith(b"DKIM-Signature: ")
    refused = one(scope_for(text.replace(str(key), "/nosuch") + "  dkim_strict = true\n"))
    assert (refused.status, refused.errno) == ("deferred", 13)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, mail = tmp_path / "exim.conf", tmp_path / "mail"
    config.write_text(HEAD + ROUTER + "  driver = smtp\n  headers_add = X-New: $local_part\n")
    mail.write_text("From: a@b.example\nSubject: hi\n\nbody\n")
    arguments = ["route", str(config), "--message", str(mail), "--from", "a@b.example", "kim@there.example"]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "host 198.51.100.1 [198.51.100.1]:25 TLS tried" in shown
    assert "added X-New: kim" in shown
    assert main([*arguments, "--json", "--outcome", "deferred", "--error", "later"]) == 1
    delivery = json.loads(capsys.readouterr().out)[0]["deliveries"][0]
    assert (delivery["status"], delivery["message"], delivery["return_path"]) == ("deferred", "later", "a@b.example")
    assert delivery["headers_added"] == ["X-New: kim"]
