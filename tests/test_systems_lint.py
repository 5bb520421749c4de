"""The linter tells of each old name of the systems in docs/systems that the newest Exim does not have any more."""

from __future__ import annotations

import pytest

from exim_lang.lint.engine import lint
from exim_lang.lint.settings import Settings
from exim_lang.model.dialect import complete_dialect
from exim_lang.model.load import config_from_text
from tests.test_systems import NAMES

TARGET = complete_dialect("4.99")
GONE = [(kind, name) for _, kind, name, version in NAMES if version != "4.99" and not TARGET.knows(kind, name)]
PIECES = {
    "acl_condition": "acl_smtp_rcpt = a\nbegin acl\na:\n  deny {} = x\n",
    "acl_control": "acl_smtp_rcpt = a\nbegin acl\na:\n  warn control = {}\n",
    "acl_modifier": "acl_smtp_rcpt = a\nbegin acl\na:\n  warn {} = x\n",
    "condition": "acl_smtp_rcpt = a\nbegin acl\na:\n  warn condition = ${{if {}{{x}}}}\n",
    "lookup": "acl_smtp_rcpt = a\nbegin acl\na:\n  warn condition = ${{lookup {}{{x}}}}\n",
    "main_option": "{} = x\n",
    "router_option:generic": "begin routers\nr:\n  driver = redirect\n  {} = x\n",
    "router_option:redirect": "begin routers\nr:\n  driver = redirect\n  {} = x\n",
    "transport_option:generic": "begin transports\nt:\n  driver = smtp\n  {} = x\n",
    "transport_option:smtp": "begin transports\nt:\n  driver = smtp\n  {} = x\n",
    "variable": "acl_smtp_rcpt = a\nbegin acl\na:\n  warn condition = ${}\n",
}
"""A piece of configuration for each kind, with a place for the name."""


@pytest.mark.parametrize(("kind", "name"), GONE, ids=[f"{kind}-{name}" for kind, name in GONE])
def test_an_old_name_is_reported_for_the_newest_exim(kind: str, name: str) -> None:
    text = PIECES[kind].format(name)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if name in one)
    report = lint(config_from_text(text, dialect=TARGET), Settings(select=("upgrade", "options", "names")))
    assert line in [one.place.line for one in report.diagnostics if one.severity in ("error", "critical")], name
