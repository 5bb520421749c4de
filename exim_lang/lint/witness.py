"""Scenarios that show that a finding is true, checked by running them.

A witness is the text of a scenario file for `exim-lang test`. It is made for a finding, run in the closed world, and kept
only when it passes: what depends on servers or files that nobody answers for has no witness.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exim_lang.errors import EximLangError
from exim_lang.lint.relay import DOMAIN, HOST

if TYPE_CHECKING:
    from exim_lang.model.config import Config, Driver
    from exim_lang.syntax.acl_nodes import Acl, Statement

CLIENT = {"host": str(HOST), "helo": "stranger.example"}
SENDER = "somebody@stranger.example"
ZONE = {
    DOMAIN: [{"MX": [10, f"mx.{DOMAIN}"]}],
    f"mx.{DOMAIN}": [{"A": "198.51.100.25"}],
    "stranger.example": [{"MX": [10, "mx.stranger.example"]}],
    "mx.stranger.example": [{"A": str(HOST)}],
}


def relay_witness(config: Config) -> str:
    """A session of a stranger who sends mail to a domain that is not served here, empty when that cannot be shown."""
    return proven(
        config,
        "a stranger sends mail to anywhere",
        {"steps": [{"mail": SENDER}, {"rcpt": f"victim@{DOMAIN}", "expect": "accept"}]},
    )


def reach_witness(config: Config, acl: Acl, ending: Statement, phase: str) -> str:
    """A run of an ACL that a statement ends, so that none behind it is reached; empty when that cannot be shown."""
    place = ending.place
    decided = {"acl": acl.name, "line": place.line, "verb": ending.verb}
    unit: dict[str, Any] = {"acl": acl.name, "phase": phase, "sender": SENDER, "expect": {"decided_by": decided}}
    if phase == "RCPT":
        unit["recipient"] = f"victim@{DOMAIN}"
    return proven(config, f"the ACL {acl.name} ends in line {place.line}", unit)


def route_witness(config: Config, router: Driver) -> str:
    """An address that a router keeps from those behind it, empty when that cannot be shown."""
    address = f"anybody@{DOMAIN}"
    expected = {"deliveries": [{"router": router.name}]}
    return proven(config, f"{router.name} takes every address", {"route": address, "expect": expected})


def proven(config: Config, name: str, test: dict[str, Any]) -> str:
    """The scenario with one test, when it passes; empty when it does not, or asks for what nobody answers."""
    from exim_lang.scenario.load import suite_from_text
    from exim_lang.scenario.run import Runner

    path = Path(config.path).resolve()
    scenario = {
        "configuration": path.name,
        "exim": str(config.dialect),
        "client": CLIENT,
        "fixtures": {"dns": ZONE},
        "tests": [{"name": name, **test}],
    }
    text = written(scenario)
    try:
        suite = suite_from_text(text, path.with_name("witness.exim-test.yaml"))
        runner = Runner(suite)
        passed = all(runner.run(case).passed for case in suite.cases)
    except (EximLangError, OSError):
        return ""
    return text if passed else ""


def written(scenario: dict[str, Any]) -> str:
    """A scenario as YAML: keys in lines of their own, what is inside of them as JSON, which YAML understands."""
    lines = []
    for key, value in scenario.items():
        if key == "tests":
            lines.append("tests:")
            for test in value:
                first, *rest = test.items()
                lines.append(f"  - {first[0]}: {json.dumps(first[1])}")
                lines += [f"    {name}: {json.dumps(inner)}" for name, inner in rest]
        else:
            lines.append(f"{key}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"
