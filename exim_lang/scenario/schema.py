"""What may stand in a scenario file, as types: the JSON Schema is made from them, and files are checked against them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType, field

Verdict: TypeAlias = Literal["accept", "deny", "defer", "drop", "discard", "error"]
Pattern: TypeAlias = Annotated[str, Meta(description="the exact text, or a regular expression between slashes: /spam.*/")]
Answers: TypeAlias = dict[str, Any]
Flag: TypeAlias = Literal[True] | None


class _Strict(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Unknown names are errors."""


class Proxied(_Strict):
    """The header of a proxy (Proxy Protocol), in version 2 where nothing else is said."""

    source: Annotated[str, Meta(description="IP address of the client behind the proxy")] = ""
    source_port: int = 64000
    target: Annotated[str, Meta(description="the address of the proxy that it connected to")] = ""
    target_port: int = 25
    version: Literal[1, 2] = 2
    raw: Annotated[str, Meta(description="instead: the bytes that the proxy sends, in hexadecimal digits")] = ""


class Client(_Strict):
    """Who is at the other end."""

    host: Annotated[str, Meta(description="IP address; empty: a local process")] = "192.0.2.1"
    port: int = 0
    name: Annotated[str | None, Meta(description="its name, instead of a DNS lookup")] = None
    helo: Annotated[str, Meta(description="what it says in EHLO")] = "client.example"
    interface: Annotated[str, Meta(description="the IP address it connected to")] = ""
    interface_port: int = 25
    ident: str | None = None
    auth: Annotated[str, Meta(description="it has proved to be this user")] = ""
    tls: Annotated[bool, Meta(description="it encrypts with STARTTLS")] = False
    tls_fails: Annotated[bool, Meta(description="it does not get through the handshake behind STARTTLS")] = False
    early: Annotated[str, Meta(description="lines that it sends without waiting for the banner")] = ""
    proxy: Annotated[
        str | Proxied | None,
        Meta(description="`host` is a proxy; its header: a line of version 1, or a mapping; none: it sends none in time"),
    ] = None


class Verify(_Strict):
    """What verifying an address, or a callout, comes to: one of `ok`, `fail` and `defer` with the log message."""

    ok: str | UnsetType = UNSET
    fail: str | UnsetType = UNSET
    defer: str | UnsetType = UNSET
    user_message: str | UnsetType = UNSET
    failure: str | UnsetType = UNSET
    address_data: str | UnsetType = UNSET
    routed: bool | UnsetType = UNSET
    callout_deferred: bool | UnsetType = UNSET


class Fixtures(_Strict):
    """Answers of the outside world. What is not answered fails the test."""

    dns: Annotated[
        dict[str, list[Any]] | UnsetType,
        Meta(description="zone data in the form of the RFC 7208 test suite: a name, and a list of records {TYPE: data}, "
                         "TIMEOUT or SERVFAIL; names below a listed one that are not listed do not exist"),
    ] = UNSET  # fmt: skip
    files: Annotated[dict[str, str | None], Meta(description="content of files by absolute path; null: no such file")] = {}
    lookups: Annotated[
        dict[str, Answers], Meta(description="lookup type, query, answer: a string, null (nothing) or {defer: message}")
    ] = {}
    sql: Annotated[
        dict[Literal["mysql", "pgsql"], str], Meta(description="statements that fill an SQLite database in memory")
    ] = {}
    verify: Annotated[
        dict[str, Verify | Literal["ok"]], Meta(description='"recipient ADDRESS" or "sender ADDRESS" and what it comes to')
    ] = {}
    callouts: Annotated[dict[str, Verify | Literal["ok"]], Meta(description="the same, where a callout is asked for")] = {}
    scanners: Annotated[
        dict[str, dict[str, bool | str | Answers | None]],
        Meta(description="malware, spam, spf, ...: argument of the condition, scanner or user, and what was found"),
    ] = {}
    run: Annotated[Answers, Meta(description="command line and output, or {output, status}")] = {}
    readsocket: Annotated[Answers, Meta(description="place and request, and answer; null: refused, {defer: x}: timeout")] = {}
    environment: dict[str, str | None] = {}
    users: Annotated[dict[str, str | None], Meta(description="lines of /etc/passwd by user name")] = {}
    other: Annotated[dict[str, Answers], Meta(description="any other kind of access: kind, call, answer")] = {}
    clock: Annotated[str | float | UnsetType, Meta(description="ISO 8601 (UTC unless it says otherwise) or epoch")] = UNSET
    seed: Annotated[int | UnsetType, Meta(description="of the random numbers")] = UNSET
    host_name: Annotated[str | UnsetType, Meta(description="of this server, where the configuration names none")] = UNSET
    interfaces: Annotated[list[str] | UnsetType, Meta(description="IP addresses of this server")] = UNSET


class DecidedBy(_Strict):
    """The statement that must have decided."""

    acl: str | UnsetType = UNSET
    line: int | UnsetType = UNSET
    verb: Literal["accept", "deny", "defer", "drop", "discard", "require", "warn", "implicit"] | UnsetType = UNSET
    file: Annotated[str | UnsetType, Meta(description="the end of its path")] = UNSET


class Delivery(_Strict):
    """An address that has been routed; what is not given may be anything."""

    address: str | UnsetType = UNSET
    router: str | UnsetType = UNSET
    transport: str | UnsetType = UNSET
    hosts: list[str] | UnsetType = UNSET
    file: Annotated[str | UnsetType, Meta(description="or directory; this and what follows is what the transport does")] = UNSET
    command: Annotated[list[str] | UnsetType, Meta(description="its arguments")] = UNSET
    return_path: str | UnsetType = UNSET
    headers_added: list[str] | UnsetType = UNSET
    headers_removed: list[str] | UnsetType = UNSET
    reply: Annotated[Pattern | UnsetType, Meta(description="the message of an autoreply")] = UNSET
    deferred: Annotated[Pattern | UnsetType, Meta(description="why the transport defers")] = UNSET
    failed: Annotated[Pattern | UnsetType, Meta(description="why the transport fails")] = UNSET
    events: Annotated[
        Pattern | UnsetType, Meta(description="actions that were expanded, a line each: option, event, colon, what came of it")
    ] = UNSET
    signature: Annotated[Pattern | UnsetType, Meta(description="header lines that sign the message")] = UNSET


class Remote(_Strict):
    """What happens at the other end when the transport of a `route` delivers."""

    outcome: Literal["delivered", "deferred", "failed"] = "delivered"
    confirmation: Annotated[str, Meta(description="what the last host says of a message that it takes")] = ""
    errno: int = 0
    error: str = ""


class Expectation(_Strict):
    """What must come of it."""

    verdict: Verdict | UnsetType = UNSET
    code: Annotated[int | str | UnsetType, Meta(description="of the reply: 550, 5xx or /regex/")] = UNSET
    message: Annotated[Pattern | UnsetType | None, Meta(description="text of the reply, its lines joined by newlines")] = UNSET
    log_message: Pattern | UnsetType | None = UNSET
    variables: Annotated[dict[str, Pattern | int | None], Meta(description="name without $; null: empty")] = {}
    headers: Annotated[dict[str, Pattern | None], Meta(description="header lines that the message then has; null: none")] = {}
    recipients: Annotated[list[str] | UnsetType, Meta(description="of the message that was taken")] = UNSET
    log: Annotated[list[Pattern], Meta(description="log lines; each must have been written, in any order")] = []
    not_log: Annotated[list[Pattern], Meta(description="log lines that must not have been written")] = []
    reports: Annotated[
        dict[str, Pattern | None], Meta(description="what would have been written or sent besides: kind, text; null: none")
    ] = {}
    decided_by: Annotated[
        str | DecidedBy | UnsetType, Meta(description="acl_check_rcpt, acl_check_rcpt:120, or a mapping")
    ] = UNSET
    deliveries: Annotated[list[Delivery] | UnsetType, Meta(description="of `route`: all that it comes to")] = UNSET
    value: Annotated[Pattern | UnsetType, Meta(description="of an expansion")] = UNSET
    error: Annotated[Pattern | UnsetType, Meta(description="of an expansion that fails")] = UNSET


class DkimSign(_Strict, kw_only=True):
    """A signature with a test key, which is published in the zone data."""

    domain: str
    selector: str = "test"
    algorithm: Literal["ed25519-sha256", "rsa-sha256", "domainkeys"] = "ed25519-sha256"
    broken: Annotated[bool, Meta(description="the body is changed after signing")] = False


class Message(_Strict):
    """A message: from a file (relative to the scenario file), or here."""

    file: str = ""
    text: str = ""
    dkim_sign: DkimSign | UnsetType = UNSET


class Step(_Strict):
    """One thing that the client does, and what must come of it; without `expect` it must be accepted."""

    connect: Flag | UnsetType = UNSET
    helo: str | UnsetType = UNSET
    ehlo: str | UnsetType = UNSET
    starttls: Flag | UnsetType = UNSET
    auth: Annotated[str | UnsetType, Meta(description="the client proves to be this user")] = UNSET
    mail: Annotated[str | UnsetType, Meta(description="the envelope sender; empty for a bounce")] = UNSET
    rcpt: str | UnsetType = UNSET
    data: Annotated[str | UnsetType, Meta(description="the name of a message, or its text")] = UNSET
    send: Annotated[str | UnsetType, Meta(description="lines sent as they are")] = UNSET
    pipeline: Annotated[str | UnsetType, Meta(description="lines that arrive together, without waiting for answers")] = UNSET
    part: Annotated[str | UnsetType, Meta(description="sent as it is: a line or a message that is not finished")] = UNSET
    rset: Flag | UnsetType = UNSET
    quit: Flag | UnsetType = UNSET
    lose: Annotated[Flag | UnsetType, Meta(description="the connection breaks")] = UNSET
    stop: Annotated[Flag | UnsetType, Meta(description="the server is told to stop (SIGTERM)")] = UNSET
    wait: Annotated[float | UnsetType, Meta(description="seconds pass; smtp_receive_timeout of them end a session")] = UNSET
    parameters: Annotated[str, Meta(description="of mail and rcpt: SIZE=1000 BODY=8BITMIME")] = ""
    expect: Verdict | Expectation | UnsetType = UNSET


STEP_KINDS = (
    "connect", "helo", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "send", "pipeline", "part", "rset", "quit",
    "lose", "stop", "wait",
)  # fmt: skip


class Scenario(_Strict):
    """A session (`steps`), or a unit: one `acl`, one `expand`, one `route`, one `submit`."""

    name: str = ""
    tags: list[str] = []
    cases: Annotated[list[dict[str, Any]], Meta(description="parameters: the test runs for each, {{x}} replaced")] = []
    macros: dict[str, str] = {}
    fixtures: Fixtures = field(default_factory=Fixtures)
    client: Client | UnsetType = UNSET
    messages: dict[str, Message] = {}
    variables: Annotated[dict[str, str | int], Meta(description="variables that are given a value beforehand, without $")] = {}
    steps: list[Step] | UnsetType = UNSET
    acl: Annotated[str | UnsetType, Meta(description="the name of an ACL, or its text")] = UNSET
    phase: Annotated[str, Meta(description="in which `acl` runs: CONNECT, MAIL, RCPT, DATA, ...")] = "RCPT"
    arguments: Annotated[list[str], Meta(description="$acl_arg1, ...")] = []
    sender: str | UnsetType = UNSET
    recipient: str | UnsetType = UNSET
    message: Annotated[str, Meta(description="the name of a message, or its text")] = ""
    expand: Annotated[str | UnsetType, Meta(description="a string")] = UNSET
    route: Annotated[str | UnsetType, Meta(description="an address")] = UNSET
    remote: Annotated[Remote | UnsetType, Meta(description="with `route`: what the other end does")] = UNSET
    submit: Annotated[
        list[str] | UnsetType, Meta(description="recipients of `message`, without SMTP; none: those in its header")
    ] = UNSET
    expect: str | Expectation | UnsetType = UNSET


class ScenarioFile(_Strict, kw_only=True):
    """Tests of one configuration of the Exim mail server."""

    configuration: Annotated[str, Meta(description="path, relative to this file")] = ""
    configuration_text: Annotated[str, Meta(description="the configuration itself")] = ""
    exim: Annotated[str, Meta(description="the version whose language it is, 4.96 say")] = ""
    macros: Annotated[dict[str, str], Meta(description="as with -D")] = {}
    root: Annotated[str, Meta(description="folder below which absolute paths are looked up, relative to this file")] = ""
    tags: list[str] = []
    fixtures: Fixtures = field(default_factory=Fixtures)
    client: Client = field(default_factory=Client)
    messages: dict[str, Message] = {}
    tests: list[Scenario]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of scenario files."""
    import msgspec

    schema = msgspec.json.schema(ScenarioFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Exim scenario file", **schema}
