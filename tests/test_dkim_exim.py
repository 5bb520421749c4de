"""Signed messages as Exim 4.96 judged them: its log lines, with all `$dkim_...` variables and `${authresults}`.

The messages and the keys that the DNS had are in messages.json; exim-4.96.json is what `exim4 -bh` logged for them with each
configuration of configurations.txt, without ids, and its last reply.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from exim_lang.acl.scope import new_scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.smtp.session import Session
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.opening import open_world

CASES = Path(__file__).parent / "cases" / "dkim"
GIVEN: Any = json.loads((CASES / "messages.json").read_text("utf-8"))
SAID: dict[str, dict[str, list[str]]] = json.loads((CASES / "exim-4.96.json").read_text("utf-8"))
CONFIGURATIONS = dict(part.split("\n", 1) for part in (CASES / "configurations.txt").read_text("utf-8").split("# == ")[1:])
_ID = re.compile(r"\b1\w{5}-\w{6,11}-\w{2,4}\b *")


class Keys(Fixtures):
    """The DNS as it was: names that it did not have do not exist."""

    def knows(self, kind: str, call: bytes) -> bool:
        return kind == "dns" or super().knows(kind, call)

    def get(self, kind: str, call: bytes) -> Json:
        return super().get(kind, call) if super().knows(kind, call) else "nomatch"


def said(configuration: str, message: str) -> list[str]:
    """The main log and the last reply of a session with one message, without ids."""
    world = open_world()
    world.fixtures = Keys({"dns": GIVEN["dns"]})
    scope = new_scope(config_from_text(configuration, dialect=dialect_for("4.96")), world)
    scope.connection.host_address = b"192.0.2.1"
    session = Session(scope)
    session.greet()
    for part in (b"EHLO me.example\r\n", b"MAIL FROM:<joe@example.test>\r\n", b"RCPT TO:<ann@example.org>\r\n", b"DATA\r\n"):
        session.receive(part)
    replies = session.receive(message.replace("\n", "\r\n").replace("\r\n.", "\r\n..").encode("latin-1") + b".\r\nQUIT\r\n")
    last = [line for line in replies.decode("latin-1").splitlines() if line.startswith(("250 OK", "4", "5"))][-1:]
    lines = [line for log, line in scope.log if log == "main"] + last
    return [re.sub(r" id=.*", "", _ID.sub("", line)).strip() for line in lines]


@pytest.mark.parametrize("configuration", SAID)
def test_same_words(configuration: str) -> None:
    answers = {name: said(CONFIGURATIONS[configuration], GIVEN["messages"][name]) for name in SAID[configuration]}
    assert answers == SAID[configuration]
