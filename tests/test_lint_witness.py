"""Findings about relaying and reachability carry a scenario that shows them, and that passes when it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from exim_lang.lint.engine import lint
from exim_lang.lint.page import examples
from exim_lang.lint.rule import RULES
from exim_lang.lint.settings import Settings
from exim_lang.model.load import load_config
from exim_lang.scenario.load import load_suite
from exim_lang.scenario.run import Runner
from tests.lint_examples import placed

RELAYING = ["open-relay-accept", "relay-hosts-everything", "relay-to-everything"]
WITH_WITNESS = [*RELAYING, "unreachable-acl-statement", "shadowed-router"]


@pytest.mark.parametrize("name", WITH_WITNESS)
def test_the_witness_of_a_bad_example_passes(name: str, tmp_path: Path) -> None:
    example = next(one for one in examples(RULES[name].page) if one.bad)
    (tmp_path / "exim.conf").write_text(placed(example).text)
    report = lint(load_config(str(tmp_path / "exim.conf")), Settings(select=(name,)))
    (witness,) = {one.finding.witness for one in report.diagnostics}
    file = tmp_path / "witness.exim-test.yaml"
    file.write_text(witness)
    suite = load_suite(file)
    assert [Runner(suite).run(case).outcome for case in suite.cases] == ["passed"]


def test_what_depends_on_a_server_has_no_witness(tmp_path: Path) -> None:
    (tmp_path / "exim.conf").write_text(
        "primary_hostname = mx.example.org\nacl_smtp_connect = c\nacl_smtp_rcpt = r\nbegin acl\n"
        "c:\n  accept set acl_c_x = ${lookup redis{get x}}\nr:\n  accept\n"
    )
    report = lint(load_config(str(tmp_path / "exim.conf")), Settings(select=("open-relay-accept",)))
    assert [one.finding.witness for one in report.diagnostics] == [""]
