"""Brightmail: its names by version, verdicts that are none, and what happens without any."""

from __future__ import annotations

import pytest

from exim_lang.errors import ClosedWorld, EximLangError
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import config_from_text
from exim_lang.route.brightmail import NOTHING, read_verdict
from exim_lang.route.scope import routed_scope
from exim_lang.route.verify import follow
from exim_lang.taint import taint
from exim_lang.world.fixtures import Fixtures, Json
from exim_lang.world.world import World

CONFIG = """primary_hostname = here.example
begin routers
gone:
  driver = redirect
  bmi_dont_deliver
  data = :blackhole:
children:
  driver = redirect
  bmi_deliver_alternate
  local_parts = parent
  data = child@here.example
elsewhere:
  driver = accept
  bmi_deliver_alternate
  transport = t
usual:
  driver = accept
  bmi_deliver_default
  transport = t
begin transports
t:
  driver = pipe
  command = /bin/true
"""


def routed(verdicts: dict[str, Json], address: bytes, *, passed: bool = False, purpose: str = "deliver") -> list[str]:
    config = config_from_text(CONFIG, dialect=dialect_for("4.69"))
    assert not config.problems
    scope = routed_scope(config, World(fixtures=Fixtures({"bmi": verdicts}), host_name=b"here.example"))
    if passed:
        scope.message.controls["bmi_run"] = b""
    report = follow(scope, taint(address), purpose, full=True)  # type: ignore[arg-type]
    return [step.router for one in report.visited for step in one.steps if not step.outcome.startswith("skipped")]


def test_defaults() -> None:
    assert routed({}, b"kim@here.example") == ["usual"]
    assert routed({"kim@here.example": None}, b"kim@here.example", passed=True) == ["usual"]
    with pytest.raises(ClosedWorld):
        routed({}, b"kim@here.example", passed=True)


def test_verdicts() -> None:
    assert routed({"kim@here.example": {"deliver": "no"}}, b"kim@here.example") == ["gone"]
    assert routed({"kim@here.example": {"deliver": "alternate"}}, b"kim@here.example") == ["elsewhere"]
    assert routed({"parent@here.example": {"deliver": "alternate"}}, b"parent@here.example") == ["children", "elsewhere"]


def test_verification_has_no_verdict() -> None:
    """The server sees the message when it is complete, after its recipients were verified."""
    assert routed({"kim@here.example": {"deliver": "no"}}, b"kim@here.example", passed=True, purpose="recipient") == ["usual"]


@pytest.mark.parametrize(
    "answer",
    [7, "no", {"deliver": "never"}, {"deliver": []}, {"rules": "5"}, {"rules": ["5"]}, {"verdict": "!"}, {"tracker": 5},
     {"location": 7}, {"more": 1}],
)  # fmt: skip
def test_no_verdicts(answer: Json) -> None:
    with pytest.raises(EximLangError, match=r'bmi "kim@here\.example"'):
        read_verdict(b"kim@here.example", answer)
    assert read_verdict(b"kim@here.example", None) == read_verdict(b"kim@here.example", {}) == NOTHING


@pytest.mark.parametrize(
    ("version", "problems"), [("4.69", 0), ("4.98+brightmail", 0), ("4.99+brightmail", 0), ("4.99", 6), ("4.96", 6)]
)
def test_versions(version: str, problems: int) -> None:
    text = "bmi_config_file = /x\nacl_smtp_rcpt = a\nbegin acl\na:\n  accept bmi_optin = y\n" + CONFIG.partition("\n")[2]
    config = config_from_text(text, dialect=dialect_for(version))
    assert len(config.problems) == problems
