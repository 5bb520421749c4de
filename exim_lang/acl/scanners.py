"""Virus scanners: what `av_scanner` says, and asking clamd, sock, sophie and cmdline (specification section 45.1).

A fixture of the kind "malware" answers for any scanner; its call is the value of av_scanner:

    "malware": {"clamd:/run/clamav/clamd.ctl": "Eicar-Test-Signature", "sophie:/run/sophie": null, "sock:...": {"defer": "x"}}

Where "malware" is allowed, these four are really asked; `cmdline` wants "run" allowed as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.acl.facts import remember
from exim_lang.acl.mbox import mbox_of
from exim_lang.acl.words import read_time
from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.string_list import split_list
from exim_lang.world.fixtures import Json, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.expand.regex import Pattern
    from exim_lang.expand.scope import Scope

TIMEOUT = 120
TYPES = (
    "avast", "aveserver", "clamd", "cmdline", "drweb", "f-prot6d", "f-protd", "fsecure", "kavdaemon", "mksd", "sock", "sophie"
)  # fmt: skip
DEFAULT_SOCKETS = {"clamd": b"/tmp/clamd", "sophie": b"/var/run/sophie"}


class ScanFailed(Exception):
    """The scanner could not say. `message` is for the log, behind `malware acl condition: `; `earlier` lines come before it."""

    def __init__(self, message: str, earlier: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.earlier = earlier


def scan(scope: Scope, scanner: bytes, timeout: int) -> bytes | None:
    """The name of the virus that the scanner finds in the message, None for none.

    `scanner` is the value of av_scanner, expanded; `timeout` is in seconds, 0 for Exim's. Raises ScanFailed, and ClosedWorld
    where nobody answers.
    """
    items = list(split_list(scanner))
    if not items:
        raise ScanFailed("av_scanner configuration variable is empty")
    kind = items[0].decode("latin-1")
    if kind not in TYPES:
        raise ScanFailed(f"unknown scanner type '{kind}'")

    def live() -> Json:
        ask = _LIVE.get(kind)
        if ask is None:
            raise EximLangError(f"the scanner {kind} is answered by fixtures only: its protocol is not spoken here")
        try:
            found = ask(scope, items[1:], timeout or TIMEOUT)
        except ScanFailed as failure:
            return {"defer": failure.message, "earlier": list(failure.earlier)}
        return None if found is None else to_text(found)

    match scope.world.consult("malware", scanner, live, "Eicar-Test-Signature"):
        case str(name):
            return to_bytes(name)
        case None:
            return None
        case {"defer": str(message), **more}:
            earlier = more.get("earlier")
            raise ScanFailed(message, tuple(str(line) for line in earlier) if isinstance(earlier, list) else ())
        case other:
            raise EximLangError(
                f'fixture "malware" "{to_text(scanner)}": {other!r} is not the name of a virus, null or a "defer"'
            )


def _failed(kind: str, place: str, message: str) -> ScanFailed:
    return ScanFailed(f"{kind} {place} : {message}")


def _exchange(scope: Scope, kind: str, place: bytes, request: bytes, timeout: int) -> bytes:
    """One question to a socket: a path, or `HOST PORT`."""
    words = place.split()
    where = words[0] if place.startswith(b"/") else b"inet:" + b":".join(words[:2])
    label = to_text(words[0]) if place.startswith(b"/") else f"[{to_text(words[0])}]:{to_text(words[1])}"
    remember(scope, "callout_address", label.encode())
    try:
        return scope.world.ask_once("malware", where, request, timeout=timeout)
    except TimeoutError:
        raise _failed(kind, label, "unable to read from socket (Connection timed out)") from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        if place.startswith(b"/"):
            raise _failed(kind, label, f"unable to connect to UNIX socket ({label}): {why}") from None
        host = to_text(words[0])
        if (error.errno or 0) < 0:  # of getaddrinfo()
            raise _failed(kind, label, f"no IP address found for host {host}") from None
        raise _failed(kind, label, f"failed to connect to any address for {host}: {why}") from None


def clamd(scope: Scope, options: list[bytes], timeout: int) -> bytes | None:
    """Streams the message, or tells the name of its file to a local daemon; the servers of a list are tried in turn."""
    first = options[0] if options else DEFAULT_SOCKETS["clamd"]
    earlier: list[str] = []
    if first.startswith(b"/"):
        return _clamd_answer(scope, first, True, timeout)
    local = any(item.lower() == b"local" for item in options)
    servers = []
    for item in options:
        if item.lower() == b"local":
            continue
        words = item.split()
        if len(words) < 2:
            earlier.append(f"malware acl condition: clamd  : missing port: '{to_text(item)}'")
        elif any(not word.startswith(b"retry=") or read_time(word[6:]) is None for word in words[2:]):
            raise _failed("clamd", "", f"bad option '{to_text(item)}'")
        else:
            servers.append(item)
    if not servers:
        message = "clamd  : no useable server addresses in malware configuration option."
        raise ScanFailed(message, tuple(earlier))
    while servers:
        # Exim takes them in random order; one seed is one order
        server = servers.pop(scope.world.random_bytes(1)[0] % len(servers))
        try:
            return _clamd_answer(scope, server, local, timeout)
        except ScanFailed as failure:
            if "failed to connect" not in failure.message:
                raise
            earlier.append("malware acl condition: " + failure.message)
    raise ScanFailed("clamd  : all servers failed", tuple(earlier))


def _clamd_answer(scope: Scope, server: bytes, local: bool, timeout: int) -> bytes | None:
    mbox = mbox_of(scope)
    if local:
        with scope.world.scratch.lent(mbox.folder) as folder:
            path = folder + mbox.path[len(mbox.folder) :]
            answer = _exchange(scope, "clamd", server, b"SCAN " + path + b"\n", timeout)
    else:
        size = len(mbox.data).to_bytes(4, "big")
        answer = _exchange(scope, "clamd", server, b"zINSTREAM\0" + size + mbox.data + bytes(4), timeout)
    label = to_text(scope.message.facts["callout_address"])
    text = answer.partition(b"\0")[0].rstrip(b"\r\n")
    if not answer:
        raise _failed("clamd", label, "unable to read from socket (EOF)")
    if text.endswith(b"ERROR"):
        raise _failed("clamd", label, f"ClamAV returned: {to_text(text)}")
    _, colon, result = text.partition(b":")
    if not colon:
        raise _failed("clamd", label, f"ClamAV returned malformed result (missing colon): {to_text(text)}")
    result = result.lstrip()
    return result.removesuffix(b"FOUND").rstrip() if result.endswith(b"FOUND") else None


def sophie(scope: Scope, options: list[bytes], timeout: int) -> bytes | None:
    """Tells the folder with the message to the daemon; `1:NAME` is a virus, `-1` an error."""
    place = options[0] if options else DEFAULT_SOCKETS["sophie"]
    with scope.world.scratch.lent(mbox_of(scope).folder) as folder:
        answer = _exchange(scope, "sophie", place, folder + b"\n", timeout)
    label = to_text(place)
    if not answer:
        raise _failed("sophie", label, f"unable to read from UNIX socket ({label})")
    if answer.startswith(b"1"):
        return answer[2:].rstrip(b"\r\n")
    if answer.startswith(b"-1"):
        raise _failed("sophie", label, "scanner reported error")
    return None


def sock(scope: Scope, options: list[bytes], timeout: int) -> bytes | None:
    """Sends a line, in which `%s` is the file with the message, and looks into the answer with two regular expressions."""
    place = options[0] if options else b"/tmp/malware.sock"
    trigger, name = _expressions("sock", options[2:])
    mbox = mbox_of(scope)
    line = options[1] or b"%s\n"
    with scope.world.scratch.lent(mbox.folder) as folder:
        path = folder + mbox.path[len(mbox.folder) :]
        answer = _exchange(scope, "sock", place, line.replace(b"%s", path, 1), timeout)
    return _found(answer, trigger, name)


def cmdline(scope: Scope, options: list[bytes], timeout: int) -> bytes | None:
    """Runs a command line, in which `%s` is the folder with the message, and looks into its output."""
    if not options:
        raise _failed("cmdline", "", "missing trigger specification")
    trigger, name = _expressions("cmdline", options[1:])
    with scope.world.scratch.lent(mbox_of(scope).folder) as folder:
        done = scope.world.run_shell(options[0], options[0].replace(b"%s", folder, 1), timeout=timeout)
    if done.status:
        raise _failed("cmdline", "", f"scanner returned error code: {done.status << 8 if done.status > 0 else -done.status}")
    return _found(done.output, trigger, name)


def _expressions(kind: str, texts: list[bytes]) -> tuple[Pattern, Pattern]:
    """The expression that says that there is a virus, and the one that says which."""
    found = []
    for number, what in enumerate(("trigger", "virus name regex")):
        if number >= len(texts) or not texts[number]:
            raise _failed(kind, "", f"missing {what} specification")
        found.append(compile_expression(texts[number]))
    return found[0], found[1]


def compile_expression(text: bytes) -> Pattern:
    """A regular expression; raises ScanFailed."""
    try:
        return regex.compile(text)
    except ExpansionError as error:
        shown = text.decode("latin-1")
        raise ScanFailed(error.message.replace(f'"{shown}"', f"'{shown}'")) from None


def _found(answer: bytes, trigger: Pattern, name: Pattern) -> bytes | None:
    """The name of the virus in an answer; for a command the last line with the trigger counts."""
    if trigger.search(answer) is None:
        return None
    match = name.search(answer)
    return (match.groups[1] or b"") if match is not None and len(match.groups) > 1 else b"unknown"


_LIVE: dict[str, Callable[[Scope, list[bytes], int], bytes | None]] = {
    "clamd": clamd, "cmdline": cmdline, "sock": sock, "sophie": sophie
}  # fmt: skip
