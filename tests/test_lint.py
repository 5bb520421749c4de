"""The linter as a whole: comments that silence, baseline, settings, formats, the command."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from exim_lang.cli.main import main
from exim_lang.errors import UsageError
from exim_lang.lint.engine import Report, lint
from exim_lang.lint.settings import Settings, find_settings, settings_from
from exim_lang.model.load import config_from_text, load_config

SCHEMA = Path(__file__).parent.parent / "docs" / "lint.schema.json"

CONF = """\
primary_hostname = mx.example.org
keep_environment =
acl_smtp_rcpt = acl_rcpt
begin acl
acl_rcpt:
  # a comment
  deny  domains = +local_domain
        message = $sender_adress \\
                  is $local_prat
  accept hosts = 127.0.0.1
"""


def names(report: Report) -> list[tuple[int, str]]:
    return [(one.place.line, one.rule.name) for one in report.diagnostics]


def found(text: str, *rules: str) -> list[tuple[int, str]]:
    return names(lint(config_from_text(text), Settings(select=rules or ("names",))))


def test_findings_are_in_the_order_of_the_file() -> None:
    assert found(CONF) == [(7, "undefined-named-list"), (8, "unknown-variable"), (9, "unknown-variable")]


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("# exim-lang: ignore[unknown-variable] of a patch", [(7, "undefined-named-list")]),
        ("# exim-lang: ignore[unknown-variable, undefined-named-list]", []),
        ("#exim-lang:ignore[undefined-named-list]", [(8, "unknown-variable"), (9, "unknown-variable")]),
        ("# exim-lang: ignore[dead-dnsbl]", [(7, "undefined-named-list"), (8, "unknown-variable"), (9, "unknown-variable")]),
    ],
)
def test_a_comment_silences_the_whole_statement_behind_it(comment: str, left: list[tuple[int, str]]) -> None:
    assert found(CONF.replace("# a comment", comment)) == left


def test_a_comment_that_silences_nothing_is_reported() -> None:
    text = CONF.replace("# a comment", "# exim-lang: ignore[dead-dnsbl] not here")
    assert found(text, "unused-ignore") == [(6, "unused-ignore")]
    text = CONF.replace("# a comment", "# exim-lang: ignore[unknown-variable]")
    assert found(text, "unused-ignore", "unknown-variable") == []


def test_a_comment_for_a_file_holds_for_all_of_it() -> None:
    text = CONF.replace("# a comment", "# exim-lang: ignore-file[unknown-variable]")
    assert found(text) == [(7, "undefined-named-list")]


def test_what_exim_refuses_and_no_rule_explains_is_told() -> None:
    assert found("qualify_domain\n", "names", "refused-by-exim") == [(1, "refused-by-exim")]
    assert found("zork = 3\n", "options", "refused-by-exim") == [(1, "unknown-option")]


def test_rules_follow_the_target_version() -> None:
    from exim_lang.model.dialect import complete_dialect

    text = "begin transports\nt:\n  driver = pipe\n  command = ${if eq{a}{b}{${xtextd:a}}}\n"
    old = lint(config_from_text(text, dialect=complete_dialect("4.96")), Settings(select=("upgrade",)))
    assert (4, "too-new-name") in names(old)
    assert "too-new-name" not in [name for _, name in names(lint(config_from_text(text)))]


def test_settings_are_read_from_the_nearest_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.exim-lang.lint]\nignore = ["names"]\nfail-level = "error"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    settings = find_settings(inner)
    assert settings.ignore == ("names",)
    assert settings.fail_level == "error"
    (tmp_path / "a" / ".exim-lang.toml").write_text('[lint.severity]\ndead-dnsbl = "off"\nlist-style = "info"\n')
    settings = find_settings(inner)
    assert settings.severity == {"dead-dnsbl": "off", "list-style": "info"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"selec": []}, 'unknown setting "selec"'),
        ({"select": ["nonsense"]}, 'there is no rule "nonsense"'),
        ({"severity": {"dead-dnsbl": "bad"}}, '"bad" is not a level'),
        ({"severity": {"names": "info"}}, 'there is no rule "names"'),
    ],
)
def test_mistakes_in_settings_are_told(table: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        settings_from(table, "x.toml")


def test_severity_and_style_follow_the_settings() -> None:
    text = "domainlist d = a.example:b.example\ndomainlist e = +d\n"
    style = [one for one in lint(config_from_text(text)).diagnostics if one.rule.name == "list-style"]
    assert style == []
    settings = settings_from({"severity": {"list-style": "error"}}, "x")
    (one,) = [one for one in lint(config_from_text(text), settings).diagnostics if one.rule.name == "list-style"]
    assert one.severity == "error"


def test_files_of_somebody_else_have_a_level_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "vendor.conf").write_text("smtp_banner = $sender_adress\ndns_ipv4_lookup = $interface_address\n")
    (tmp_path / "exim.conf").write_text(f".include {tmp_path}/vendor.conf\n")
    settings = settings_from({"vendor": [f"{tmp_path}/vendor*"], "select": ["names", "deprecated-variables"]}, "x")
    report = lint(load_config(str(tmp_path / "exim.conf")), settings)
    mine = [one for one in report.diagnostics if one.vendor]
    assert [one.rule.name for one in mine] == ["unknown-variable"]
    assert report.silenced == 1


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "exim.conf").write_text(CONF)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main(["lint", *words])
    return status, capsys.readouterr().out


def test_the_command_shows_the_line_and_the_place(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = run(capsys, "exim.conf", "--select", "unknown-variable")
    assert status == 1
    assert "exim.conf:8:19: unknown variable name \"sender_adress\" [error: unknown-variable]" in out
    assert "        message = $sender_adress \\\n" in out
    assert "help: did you mean $sender_address?" in out
    assert out.endswith("2 error\n")


def test_the_status_follows_the_level(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "exim.conf", "--select", "unknown-variable", "--fail-level", "critical")[0] == 0
    assert run(capsys, "exim.conf", "--select", "dead-dnsbl")[0] == 0
    assert main(["lint"]) == 2
    assert main(["lint", "nothing.conf"]) == 2
    assert main(["lint", "exim.conf", "--select", "nonsense"]) == 2


def test_a_baseline_hides_what_was_there_and_nothing_else(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "exim.conf", "--select", "names", "--write-baseline", "base.json")[0] == 0
    assert run(capsys, "exim.conf", "--select", "names", "--baseline", "base.json") == (0, "nothing found; 3 silenced\n")
    text = (conf / "exim.conf").read_text()
    (conf / "exim.conf").write_text("# moved\n" + text.replace("is $local_prat", "is $local_prat $zork"))
    status, out = run(capsys, "exim.conf", "--select", "names", "--baseline", "base.json")
    assert status == 1
    assert "zork" in out
    assert main(["lint", "exim.conf", "--baseline", "exim.conf"]) == 2


def test_rules_explain_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--explain", "unknown-variable"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("unknown-variable (names, error, fix: no)\n")
    assert "Good (acl):" in out
    assert main(["lint", "--explain", "unknown-variabel"]) == 2
    assert 'did you mean "unknown-variable"?' in capsys.readouterr().err
    assert main(["lint", "--list-rules"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 300


def test_json_and_sarif_say_the_same(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads(run(capsys, "exim.conf", "--json", "--select", "names")[1])
    jsonschema.validate(plain, json.loads(SCHEMA.read_text("utf-8")))
    assert plain["summary"] == {"error": 3}
    sarif = json.loads(run(capsys, "exim.conf", "--format", "sarif", "--select", "names")[1])
    (one,) = sarif["runs"]
    assert [rule["id"] for rule in one["tool"]["driver"]["rules"]] == ["undefined-named-list", "unknown-variable"]
    for finding, result in zip(plain["findings"], one["results"], strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (finding["line"], finding["column"], finding["end_column"]) == (
            region["startLine"],
            region["startColumn"],
            region["endColumn"],
        )
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "exim.conf"
        assert one["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding["rule"] == result["ruleId"]


def test_sarif_shows_the_way_of_a_value_as_a_code_flow(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (conf / "exim.conf").write_text(
        "begin routers\nr:\n  driver = accept\n  address_data = $local_part\n  transport = t\n"
        "begin transports\nt:\n  driver = appendfile\n  file = /var/mail/$address_data\n  user = mail\n"
    )
    sarif = json.loads(run(capsys, "exim.conf", "--format", "sarif", "--select", "tainted-delivery-path")[1])
    (result,) = sarif["runs"][0]["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines[0] == 4
    assert lines[-1] == 9


def test_the_formats_of_others(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    select = ("exim.conf", "--select", "names", "--format")
    github = run(capsys, *select, "github")[1].splitlines()
    place = "file=exim.conf,line=8,endLine=8,col=19,endColumn=32"
    assert github[1].startswith(f"::error {place},title=exim-lang (unknown-variable)::")
    gitlab = json.loads(run(capsys, *select, "gitlab")[1])
    assert [one["location"]["lines"]["begin"] for one in gitlab] == [7, 8, 9]
    assert len({one["fingerprint"] for one in gitlab}) == 3
    rdjson = json.loads(run(capsys, *select, "rdjson")[1])
    assert rdjson["diagnostics"][1]["location"]["range"]["start"] == {"line": 8, "column": 19}
    suites = ElementTree.fromstring(run(capsys, *select, "junit")[1])
    assert [len(case.findall("failure")) for case in suites.iter("testcase")] == [1, 1, 1]


def test_an_upgrade_tells_what_changes(conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (conf / "exim.conf").write_text(
        "primary_hostname = mx.example.org\nkeep_environment =\nproxy_required_hosts = 192.0.2.1\n"
        "begin transports\nsmtp:\n  driver = smtp\n"
    )
    _, out = run(capsys, "exim.conf", "--from", "4.83", "--target", "4.99", "--select", "upgrade")
    assert "proxy-required-hosts" in out
    assert "write hosts_proxy" in out
    assert "line-length-limit" in out
    _, out = run(capsys, "exim.conf", "--from", "4.97", "--target", "4.99", "--select", "upgrade")
    assert "line-length-limit" not in out
