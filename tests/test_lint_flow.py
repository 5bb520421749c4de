"""The flow of tainted values: classes as the installed Exim shows them, ways, sinks, versions, changes."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exim_lang.lint.engine import Diagnostic, lint
from exim_lang.lint.flow.taint import Level, Taint
from exim_lang.lint.formats.sarif import render
from exim_lang.lint.settings import Settings
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import complete_dialect
from exim_lang.model.load import config_from_text
from tests.flow_cases import CONFIGURATION, HEAD, RETRY, classes_of, log_of, read_classes, read_sinks

FOLDER = Path(__file__).parent / "cases" / "flow"
CASES = read_classes(FOLDER / "classes.txt")


def class_of(value: Taint) -> str:
    if value.level is Level.QUOTED:
        return "quoted:" + ",".join(sorted(value.quoters))
    return "tainted" if value.tainted else "untainted"


def test_classes_as_analysed() -> None:
    lists = "".join(f"domainlist l{number} = {text}\n" for number, (text, _) in enumerate(CASES))
    text = CONFIGURATION.replace("begin acl", lists + "begin acl")
    survey = Survey(config_from_text(text, "exim.conf", dialect=complete_dialect("4.96")))
    flow = survey.flow
    found = [class_of(flow.taint_of(use)) for use in survey.uses if use.where == "list"]
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES


def test_classes_as_exim_has_them(tmp_path: Path) -> None:
    found = classes_of([text for text, _ in CASES], tmp_path)
    assert [(text, kind) for (text, _), kind in zip(CASES, found, strict=True)] == CASES


SINKS = read_sinks(FOLDER / "sinks.txt")
TAINT = ("taint",)


def found_in(text: str, version: str = "4.96", select: tuple[str, ...] = TAINT) -> list[Diagnostic]:
    """What the rules about taint, or some others, find in a configuration."""
    config = config_from_text(text, "exim.conf", dialect=complete_dialect(version))
    return lint(config, Settings(select=select)).diagnostics


@pytest.mark.parametrize("rule, text, words", [pytest.param(*one, id=f"{n}-{one[0]}") for n, one in enumerate(SINKS)])
def test_sinks(rule: str, text: str, words: str) -> None:
    found = {one.rule.name for one in found_in((HEAD + text + RETRY).replace("DIR", "/folder")) if one.severity.rank < 2}
    assert rule in found if rule != "silent" else not found, found
    with TemporaryDirectory(dir="/tmp") as folder:  # those of pytest are closed to the user that Exim runs as
        assert words in log_of(text, Path(folder))



ROUTED = """\
begin routers
first:
  driver = accept
  domains = +ours
  local_parts = lsearch,ret=key;/etc/users
  address_data = ${lookup{$local_part}lsearch{/etc/users}}
  transport = t
second:
  driver = accept
  domains = +ours
  address_data = SECOND
  transport = t
begin transports
t:
  driver = appendfile
  file = /var/mail/$address_data
  user = mail
"""


def test_a_transport_is_looked_at_behind_each_router() -> None:
    (found,) = found_in("domainlist ours = example.org\n" + ROUTED.replace("SECOND", "$local_part"))
    assert found.rule.name == "tainted-delivery-path"
    assert [note.message for note in found.finding.flow] == [
        "$local_part is the local part of the recipient",
        "stored in address_data",
        "$address_data is used here",
    ]
    assert [note.place.line for note in found.finding.flow] == [12, 12, 17]
    assert not found_in("domainlist ours = example.org\n" + ROUTED.replace("SECOND", "fixed"))


WAY = """\
WHO = $sender_helo_name
acl_smtp_helo = acl_helo
acl_smtp_rcpt = acl_rcpt
begin acl
acl_helo:
  warn set acl_c_name = ${lc:WHO}
  accept
acl_rcpt:
  accept acl = acl_sub $acl_c_name
acl_sub:
  accept condition = ${lookup mysql{SELECT 1 FROM t WHERE a='$acl_arg1'}}
"""


def test_the_way_of_a_value_through_variables_arguments_and_macros() -> None:
    (found,) = found_in(WAY)
    assert (found.rule.name, found.place.line, found.place.column) == ("unquoted-lookup-query", 11, 62)
    assert [(note.message, note.place.line) for note in found.finding.flow] == [
        ("$sender_helo_name is the argument of EHLO (through the macro WHO)", 6),
        ("${lc:...} keeps the taint", 6),
        ("stored in $acl_c_name", 6),
        ("$acl_c_name is used here", 9),
        ("stored in $acl_arg1", 9),
        ("$acl_arg1 is used here", 11),
    ]


def test_the_way_is_a_code_flow_in_sarif() -> None:
    config = config_from_text(WAY, "exim.conf", dialect=complete_dialect("4.99"))
    result = json.loads(render([lint(config, Settings(select=TAINT))]))["runs"][0]["results"][0]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [6, 6, 6, 9, 9, 11, 11]


@pytest.mark.parametrize(
    "version, names",
    [
        ("4.92", []),
        ("4.94", ["tainted-delivery-path"]),
        ("4.96", ["tainted-delivery-path", "tainted-pipe-argument"]),
    ],
)
def test_what_is_refused_depends_on_the_version(version: str, names: list[str]) -> None:
    text = "begin transports\na:\n  driver = appendfile\n  file = /x/$local_part\n  user = mail\n"
    text += "b:\n  driver = pipe\n  command = /bin/x $local_part\n  user = mail\n"
    assert [one.rule.name for one in found_in(text, version)] == names


PHASES = """\
acl_smtp_connect = acl_connect
acl_smtp_data = acl_data
begin acl
acl_connect:
  accept set acl_c_x = ${readfile{/x/$local_part}}
acl_data:
  accept set acl_m_x = ${readfile{/x/$local_part}}
acl_unknown:
  accept set acl_m_y = ${readfile{/x/$local_part}}
"""


def test_a_variable_that_is_empty_in_a_phase_is_clean_there() -> None:
    assert [one.place.line for one in found_in(PHASES)] == [9]


STORED = """\
acl_smtp_rcpt = a
begin acl
a:
  warn condition = ${if eq{$domain}{x}}
       set acl_m_f = fixed
  BEFORE
  accept set acl_m_x = ${readfile{/x/$acl_m_f}}
"""


@pytest.mark.parametrize(
    "before, found",
    [
        ("warn set acl_m_f = $local_part", True),
        ("warn domains = x\n  set acl_m_f = $local_part", True),
        ("warn set acl_m_f = $local_part\n  warn set acl_m_f = fixed", False),
        ("warn set acl_m_f = $local_part\n  warn domains = x\n  set acl_m_f = fixed", True),
        ("warn set acl_m_f = $local_part\n       set acl_m_f = ${md5:$acl_m_f}", False),
        ("warn set acl_m_g = $local_part\n  warn set acl_m_f = ${lc:$acl_m_g}", True),
    ],
)
def test_an_assignment_that_surely_came_before_hides_others(before: str, found: bool) -> None:
    assert bool(found_in(STORED.replace("BEFORE", before))) is found


def test_variables_that_feed_each_other_come_to_an_end() -> None:
    text = "acl_smtp_mail = a\nbegin acl\na:\n  warn set acl_c_a = $acl_c_b\n  warn set acl_c_b = $acl_c_c\n"
    text += "  warn set acl_c_c = $acl_c_a$sender_address\n  accept condition = ${readfile{$acl_c_a}}\n"
    assert [one.place.line for one in found_in(text)] == [7]


SHAPES = """\
domainlist plain = example.org : +more
domainlist more = example.net
domainlist wild = example.org : *.example.net
begin routers
r:
  driver = accept
  domains = DOMAINS
  transport = t
begin transports
t:
  driver = appendfile
  file = /var/mail/$domain_data
  user = mail
"""


@pytest.mark.parametrize(
    "domains, rules",
    [
        ("example.org", {}),
        ("+plain", {}),
        ("+wild", {"data-variable-is-pattern": 3}),
        ("*", {"data-variable-is-pattern": 7}),
        (r"^(?i)x", {"data-variable-is-pattern": 7}),
        ("dsearch;/etc/domains", {}),
        ("lsearch,ret=key;/etc/domains", {}),
        ("lsearch;/etc/domains", {"data-variable-is-lookup-result": 7}),
        ("! +plain", {"data-variable-unset": 12}),
        ("${lookup mysql{select d from t}}", {}),
        ("lsearch;/etc/$domain", {"tainted-lookup-file": 7, "tainted-delivery-path": 12, "data-variable-is-lookup-result": 7}),
    ],
)
def test_what_a_data_variable_is(domains: str, rules: dict[str, int]) -> None:
    found = found_in(SHAPES.replace("DOMAINS", domains))
    assert {one.rule.name: one.place.line for one in found} == rules


def test_data_of_dbm_files_is_tainted_in_one_version() -> None:
    text = "begin transports\nt:\n  driver = appendfile\n  file = ${lookup{$local_part}dbm{/etc/users}}\n  user = mail\n"
    assert not found_in(text, "4.98")
    (found,) = found_in(text, "4.99")
    assert found.finding.message.endswith("what dbm finds is tainted")


def test_a_configuration_as_it_should_be_is_silent() -> None:
    assert not found_in((FOLDER / "clean.conf").read_text(), "4.99")
