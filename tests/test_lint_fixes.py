"""Fixes: what they change is silent afterwards, everything else stays byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from exim_lang.errors import UsageError
from exim_lang.lint.engine import Report, lint
from exim_lang.lint.finding import Edit, Fix
from exim_lang.lint.fixes import applied
from exim_lang.lint.mending import difference, mend
from exim_lang.lint.page import Example, examples
from exim_lang.lint.rule import RULES
from exim_lang.lint.settings import Settings
from exim_lang.model.dialect import complete_dialect
from exim_lang.model.load import config_from_text, load_config
from exim_lang.source.text import SourceFile
from tests.lint_examples import placed, target_of

CASES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name in RULES
    if RULES[name].fix != "no"
    for number, example in enumerate(examples(RULES[name].page))
    if example.bad
]


def report_on(text: str, name: str, example: Example) -> Report:
    config = config_from_text(text, "example.conf", dialect=target_of(example))
    return lint(config, Settings(select=(name,)), since=complete_dialect(example.since) if example.since else None)


@pytest.mark.parametrize("name, example", CASES)
def test_a_mended_example_is_silent(name: str, example: Example) -> None:
    text = placed(example).text.encode().decode("latin-1")
    report = report_on(text, name, example)
    fixes = [one.finding.fix for one in report.diagnostics if one.finding.fix]
    if not fixes:
        return
    for _ in range(3):
        (mended,) = applied(fixes).values()
        after = report_on(mended, name, example)
        fixes = [one.finding.fix for one in after.diagnostics if one.finding.fix]
        if not fixes:
            break
    assert not after.diagnostics, mended
    assert report.config.fatal is not None or after.config.fatal is None, after.config.fatal


@pytest.mark.parametrize("name", [name for name in RULES if RULES[name].fix != "no"])
def test_a_rule_that_can_mend_does_so_in_an_example(name: str) -> None:
    fixes = [
        one.finding.fix
        for example in examples(RULES[name].page)
        if example.bad
        for one in report_on(placed(example).text.encode().decode("latin-1"), name, example).diagnostics
        if one.finding.fix
    ]
    assert fixes
    assert all(fix.safe for fix in fixes) is (RULES[name].fix == "yes")


def test_fixes_that_overlap_wait() -> None:
    file = SourceFile("x", "one two three")
    first = Fix("", (Edit(file, 0, 3, "1"), Edit(file, 8, 13, "3")))
    second = Fix("", (Edit(file, 4, 7, "2"), Edit(file, 2, 5, "!")))
    third = Fix("", (Edit(file, 4, 7, "2"),))
    assert applied([first, second, third]) == {file: "1 2 3"}


def test_files_are_mended_in_place_and_every_other_byte_stays(tmp_path: Path) -> None:
    conf = tmp_path / "exim.conf"
    conf.write_bytes(b"# caf\xe9\r\nsmtp_banner = $interface_address \xff\n\n\ndomainlist x = a.example  : b\n")
    conf.chmod(0o640)
    settings = Settings(select=("deprecated-variables",))
    report, count = mend(lambda: lint(load_config(str(conf)), settings), unsafe=False)
    assert count == 1
    assert not report.diagnostics
    assert conf.read_bytes() == b"# caf\xe9\r\nsmtp_banner = $received_ip_address \xff\n\n\ndomainlist x = a.example  : b\n"
    assert conf.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exim.conf"]


def test_the_difference_is_a_unified_diff(tmp_path: Path) -> None:
    conf = tmp_path / "exim.conf"
    conf.write_text("a = 1\nsmtp_banner = $interface_address\n")
    report = lint(load_config(str(conf)), Settings(select=("deprecated-variables",)))
    lines = list(difference(report, unsafe=False))
    assert "-smtp_banner = $interface_address\n" in lines
    assert "+smtp_banner = $received_ip_address\n" in lines
    assert conf.read_text().endswith("$interface_address\n")


def test_a_file_that_cannot_be_written_is_an_error_and_stays(tmp_path: Path) -> None:
    conf = tmp_path / "exim.conf"
    conf.write_text("smtp_banner = $interface_address\n")
    report = lint(load_config(str(conf)), Settings(select=("deprecated-variables",)))

    def vanished() -> Report:
        return report

    conf.unlink()
    tmp_path.rmdir()
    with pytest.raises(UsageError, match=r"exim\.conf: No such file"):
        mend(vanished, unsafe=False)


def test_a_file_that_somebody_changed_meanwhile_stays(tmp_path: Path) -> None:
    conf = tmp_path / "exim.conf"
    conf.write_text("smtp_banner = $interface_address\n")
    report = lint(load_config(str(conf)), Settings(select=("deprecated-variables",)))
    conf.write_text("smtp_banner = $interface_address again\n")
    with pytest.raises(UsageError, match="was changed by somebody else"):
        mend(lambda: report, unsafe=False)
    assert conf.read_text().endswith(" again\n")
