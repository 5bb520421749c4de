"""Recorded sessions: JSON lines, one session each (docs/replay.md describes them)."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from exim_lang.errors import UsageError


class Recorded(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One session: a client, and either a message with its envelope or the lines that it sent."""

    id: Annotated[str, Meta(description="what results call it")] = ""
    host: Annotated[str, Meta(description="the client's IP address")] = ""
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    host_name: Annotated[str | None, Meta(description="the client's name, instead of a DNS lookup")] = None
    helo: Annotated[str, Meta(description="what it says in EHLO")] = ""
    interface: Annotated[str, Meta(description="the IP address it connected to")] = ""
    tls: Annotated[bool, Meta(description="it encrypts with STARTTLS")] = False
    auth: Annotated[str, Meta(description="it has proved to be this user")] = ""
    sender: Annotated[str | None, Meta(description="the envelope sender; empty: <>")] = None
    recipients: Annotated[list[str], Meta(description="the envelope recipients")] = []
    message: Annotated[str | None, Meta(description="the message; bytes that are no UTF-8 as U+DC80 to U+DCFF")] = None
    path: Annotated[str | None, Meta(description="a file with the message, from the folder of this file")] = None
    lines: Annotated[list[str] | None, Meta(description="instead of an envelope and a message: all lines that it sent")] = None


def read_recorded(line: bytes, path: str) -> Recorded:
    """One line of the file at `path`; raises UsageError for what is not of that form."""
    try:
        data: Any = json.loads(line)
        recorded = msgspec.convert(data, Recorded)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: this is no recorded session: {error}") from error
    given = [name for name in ("message", "path", "lines") if getattr(recorded, name) is not None]
    if len(given) != 1:
        raise UsageError(f"{path}: a session has one of message, path and lines; this one has {' and '.join(given) or 'none'}")
    return recorded


def message_of(recorded: Recorded, path: str) -> bytes:
    """The message of a session; raises OSError."""
    if recorded.path is None:
        return (recorded.message or "").encode("utf-8", "surrogateescape")
    with open(os.path.join(os.path.dirname(path), recorded.path), "rb") as file:
        return file.read()
