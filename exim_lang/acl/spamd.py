"""Asking SpamAssassin's spamd and Rspamd how likely a message is spam (specification sections 45.2 and 45.3).

A fixture of the kind "spam" answers for a user name:

    "spam": {"nobody": {"score": 7.3, "threshold": 5.0, "report": "...", "action": "reject"}, "joe": {"defer": "down"}}

Where "spam" is allowed, the servers of spamd_address are asked. Their option `time` changes nothing.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from exim_lang.acl import log
from exim_lang.acl.facts import remember
from exim_lang.acl.mbox import mbox_of
from exim_lang.acl.words import read_time
from exim_lang.errors import Deferred, EximLangError, ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.world.fixtures import Json, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

TIMEOUT = 120
_NUMBERS = rb"\s*(-?[0-9.]+)\s*/\s*(-?[0-9.]+)\s*"
_REPLIES = (
    re.compile(rb"SPAMD/\S+ 0 EX_OK\s+Content-length:\s*\d+\s+" + _NUMBERS),
    re.compile(rb"SPAMD/\S+ 0 EX_OK\s+Spam:\s*\S+\s*;" + _NUMBERS),
)
_RSPAMD = re.compile(rb"RSPAMD/\S+ 0 EX_OK\s+Metric: default;\s*\S+\s*(-?[0-9.]+)\s*/\s*(-?[0-9.]+)\s*/\s*(-?[0-9.]+)\s*")


@dataclass(frozen=True, slots=True)
class Score:
    """What the server says; the message is spam when the score has reached the threshold. `action` is one word or two."""

    score: float
    threshold: float
    report: bytes
    action: bytes


@dataclass(slots=True)
class Server:
    """One server of spamd_address: a path, or host and port."""

    place: bytes
    port: bytes = b""
    priority: int = 1
    weight: int = 1
    timeout: int = TIMEOUT
    rspamd: bool = False

    @property
    def label(self) -> str:
        return f"[{to_text(self.place)}]:{to_text(self.port)}" if self.port else to_text(self.place)


def ask_spamd(scope: Scope, user: bytes) -> Score:
    """What the servers say of the message for this user; raises Deferred (logged), and ClosedWorld where nobody answers."""

    def live() -> Json:
        try:
            score = _ask_servers(scope, user)
        except Deferred:
            return {"defer": ""}
        return {
            "score": score.score, "threshold": score.threshold, "report": to_text(score.report), "action": to_text(score.action)
        }  # fmt: skip

    match scope.world.consult("spam", user, live, {"score": 7.3, "threshold": 5.0, "report": "..."}):
        case {"defer": str(message)}:
            if message:
                _complain(scope, message)
            raise Deferred("")
        case {"score": int(score) | float(score), "threshold": int(threshold) | float(threshold), **more}:
            action = more.get("action")
            if not isinstance(action, str):
                action = "reject" if score >= threshold else "no action"
            report = more.get("report")
            return Score(score, threshold, to_bytes(report) if isinstance(report, str) else b"", to_bytes(action))
        case other:
            raise EximLangError(f'fixture "spam" "{to_text(user)}": {other!r} has neither score and threshold nor a "defer"')


def _complain(scope: Scope, message: str) -> None:
    log.write(scope, ("main", "panic"), f"spam acl condition: {message}")


def _ask_servers(scope: Scope, user: bytes) -> Score:
    text = scope.config.text("spamd_address")
    value = b"127.0.0.1 783" if text is None else text.encode()
    if text is not None and text.string.startswith("$"):
        try:
            value = expand(text, scope)
        except ExpansionError as error:
            _complain(scope, f"spamd_address starts with $, but expansion failed: {error.message}")
            raise Deferred("") from None
    servers = [server for item in split_list(value) if (server := _server(scope, item)) is not None]
    if not servers:
        _complain(scope, "no useable spamd server addresses in spamd_address configuration option.")
        raise Deferred("")
    while servers:
        server = _pick(scope, servers)
        servers.remove(server)
        answer = _exchange(scope, server, user)
        if answer is not None:
            return _read(scope, server, answer)
    _complain(scope, "all spamd servers failed")
    raise Deferred("")


def _server(scope: Scope, item: bytes) -> Server | None:
    """One item of the list; what is wrong with it is logged."""
    words = list(split_list(item, default=0x20))
    if words and words[0].startswith(b"/"):
        server, options = Server(words[0]), words[1:]
    elif len(words) > 1:
        server, options = Server(words[0], words[1]), words[2:]
    else:
        _complain(scope, f"warning - invalid spamd address: '{to_text(item)}'")
        return None
    for option in options:
        name, _, value = option.partition(b"=")
        number = int(value) if value.isdigit() else 0
        match name:
            case b"pri":
                server.priority = number
            case b"weight":
                server.weight = number
            case b"time":
                pass
            case b"retry" if read_time(value) is not None:
                pass
            case b"tmo" if (seconds := read_time(value)) is not None:
                server.timeout = seconds
            case b"variant" if value == b"rspamd":
                server.rspamd = True
            case _:
                _complain(scope, f"warning - invalid spamd parameter: '{to_text(option)}'")
    return server


def _pick(scope: Scope, servers: list[Server]) -> Server:
    """One of those with the highest priority, at random as their weights say."""
    highest = max(server.priority for server in servers)
    best = [server for server in servers if server.priority == highest]
    if len(best) == 1:
        return best[0]
    at = int.from_bytes(scope.world.random_bytes(4), "big") % max(1, sum(server.weight for server in best))
    for server in best:
        at -= server.weight
        if at < 0:
            return server
    return best[-1]


def _exchange(scope: Scope, server: Server, user: bytes) -> bytes | None:
    """What the server answers; None when there is no connection."""
    if server.port and not re.fullmatch(rb"\d+(-\d+)?", server.port):
        _complain(scope, f"spamd: invalid socket '{to_text(server.place)} {to_text(server.port)}'")
        return None
    remember(scope, "callout_address", server.label.encode())
    message = mbox_of(scope).data
    request = _request(scope, server, user, len(message)) + message
    place = b"inet:" + server.place + b":" + server.port.partition(b"-")[0] if server.port else server.place
    try:
        answer = scope.world.converse_with("spam", place, request, timeout=server.timeout)
    except TimeoutError:
        _complain(scope, f"error reading from spamd {server.label}, socket: Connection timed out")
        raise Deferred("") from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        if not server.port:
            _complain(scope, f"spamd: unable to connect to UNIX socket ({server.label}): {why}")
        elif (error.errno or 0) < 0:  # of getaddrinfo()
            _complain(scope, f"spamd: no IP address found for host {to_text(server.place)}")
        else:
            _complain(scope, f"spamd: failed to connect to any address for {to_text(server.place)}: {why}")
        return None
    return answer


def _request(scope: Scope, server: Server, user: bytes, size: int) -> bytes:
    if not server.rspamd:
        return b"REPORT SPAMC/1.2\r\nUser: %s\r\nContent-length: %d\r\n\r\n" % (user, size)
    message, connection = scope.message, scope.connection
    lines = [b"CHECK RSPAMC/1.3", b"Content-length: %d" % size, b"Queue-Id: " + message.id]
    lines += [b"From: <" + (message.sender or b"") + b">", b"Recipient-Number: %d" % len(message.recipients)]
    lines += [b"Rcpt: <" + address + b">" for address in message.recipients]
    host_name = scope.expand("$sender_host_name") if connection.host_address else b""
    facts = ((b"Helo", connection.helo_name), (b"Hostname", host_name), (b"IP", connection.host_address))
    lines += [name + b": " + value for name, value in (*facts, (b"User", connection.authenticated_id)) if value]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _read(scope: Scope, server: Server, answer: bytes) -> Score:
    patterns = (_RSPAMD,) if server.rspamd else _REPLIES
    found = next((match for pattern in patterns if (match := pattern.match(answer)) is not None), None)
    if found is None:
        _complain(scope, f"cannot parse spamd {server.label} output")
        raise Deferred("")
    score, threshold = float(found[1]), float(found[2])
    rest = answer[found.end() :]
    action = b"reject" if score >= threshold else b"no action"
    if server.rspamd and rest.startswith(b"Action: "):
        action = rest[8:].partition(b"\n")[0].rstrip(b"\r")
    return Score(score, threshold, _report(rest), action)


def _report(text: bytes) -> bytes:
    """The report as a header line can hold it: further lines start with a space."""
    return text.replace(b"\r", b"").replace(b"\n", b"\n ").rstrip(bytes(range(33)))
