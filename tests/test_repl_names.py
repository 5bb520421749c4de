"""The expansion prompt: what is completed and explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from exim_lang.model.dialect import dialect_for, history
from exim_lang.model.facts.table import rows
from exim_lang.repl.completion import suggestions
from exim_lang.repl.context import entries_at
from exim_lang.repl.documentation import KINDS, Kind, describe, find, names
from exim_lang.repl.prompt import EximCompleter
from exim_lang.repl.workbench import Workbench
from tests.repl_bench import CASES, CONFIG, MAIL, shown, workbench


@pytest.fixture
def bench() -> Workbench:
    return workbench("--config", CONFIG, "--message", MAIL)


# ---- completion


def suggested(bench: Workbench, text: str) -> dict[str, str]:
    return {found.name: text[: len(text) - found.replaced] + found.text for found in suggestions(text, bench)}


@pytest.mark.parametrize(
    "text, name, result",
    [
        ("${l", "lc", "${lc:"),
        ("${l", "lookup", "${lookup{"),
        ("${i", "if", "${if "),
        ("${local_p", "local_part", "${local_part}"),
        ("${quote_my", "quote_mysql", "${quote_mysql:"),
        ("a $sender_h", "sender_host_name", "a $sender_host_name"),
        ("$h", "h_", "$h_"),
        ("$h_s", "Subject", "$h_Subject:"),
        ("${lc:$rh_x-", "X-Odd", "${lc:$rh_X-Odd:"),
        ("${if def:h_x", "X-Odd", "${if def:h_X-Odd:"),
        ("${if def:loc", "local_part", "${if def:local_part"),
        ("${if e", "eq", "${if eq{"),
        ("${if !e", "exists", "${if !exists{"),
        ("${if and{{def:domain}{m", "match", "${if and{{def:domain}{match{"),
        ("${if ", "==", "${if == {"),
        ("${filter{a:b}{", "eq", "${filter{a:b}{eq{"),
        ("${lookup{x} ", "lsearch", "${lookup{x} lsearch{"),
        ("${lookup{x} partial2-ls", "lsearch", "${lookup{x} partial2-lsearch{"),
        ("${lookup{x} p", "partial-", "${lookup{x} partial-"),
        ("${lookup d", "dnsdb", "${lookup dnsdb{"),
        ("${if match_domain{x}{+l", "local_domains", "${if match_domain{x}{+local_domains"),
        ("${if match_domain{x}{a : !+", "relay_domains", "${if match_domain{x}{a : !+relay_domains"),
        ("${if match_ip{x}{+", "relay_hosts", "${if match_ip{x}{+relay_hosts"),
        ("${listnamed:", "relay_hosts", "${listnamed:relay_hosts"),
        ("${listnamed_d:r", "relay_domains", "${listnamed_d:relay_domains"),
        ("${acl{g", "greet", "${acl{greet"),
        ("${if acl{{ch", "check_rcpt", "${if acl{{check_rcpt"),
        ("x D", "DOM", "x DOM"),
        ("_HAVE_IP", "_HAVE_IPV6", "_HAVE_IPV6"),
        (":he", "help", ":help"),
        (":lo", "load", ":load "),
        (":trace j", "json", ":trace json"),
        (":explain subs", "substr", ":explain substr"),
        (":set sender_host_a", "sender_host_address", ":set sender_host_address="),
        (":allow dns re", "redis", ":allow dns redis"),
        (":session host=1.2.3.4 he", "helo=", ":session host=1.2.3.4 helo="),
        (f":load {CASES}/ex", f"{CASES}/exim.conf", f":load {CASES}/exim.conf"),
    ],
)
def test_completion(bench: Workbench, text: str, name: str, result: str) -> None:
    assert suggested(bench, text).get(name) == result


@pytest.mark.parametrize(
    "text, name",
    [
        ("${if match_ip{x}{+", "local_domains"),
        ("${lookup{x} d", "dnsdb"),
        ("${lookup l", "lsearch"),
        ("${listnamed_h:", "local_domains"),
        ("${if eq{x}{", "eq"),
        ("plain e", "eq"),
        ("$", "lc"),
    ],
)
def test_what_is_not_suggested(bench: Workbench, text: str, name: str) -> None:
    assert name not in suggested(bench, text)


def test_completion_follows_the_dialect() -> None:
    assert "xtextd" not in suggested(workbench("--exim-version", "4.94"), "${xt")
    assert "xtextd" in suggested(workbench(), "${xt")
    assert "list-id" in {name.lower() for name in suggested(workbench(), "$h_l")}


def test_completions_at_the_prompt(bench: Workbench) -> None:
    document = Document("${ipv6d", 7)
    (found,) = EximCompleter(bench).get_completions(document, CompleteEvent())
    assert (found.text, found.start_position, found.display_text) == ("ipv6denorm:", -5, "ipv6denorm")
    assert found.display_meta_text.endswith(".")


@given(st.text(st.sampled_from("${}abif eqlookupdn:+\\!:ADO_h \n\u00e9"), max_size=25))
def test_completion_never_fails(text: str) -> None:
    for found in suggestions(text, SHARED):
        assert found.text.lower().startswith(text[len(text) - found.replaced :].lower())
    entries_at(text, len(text) // 2, SHARED.config.dialect)


SHARED = workbench("--config", CONFIG)


# ---- documentation


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_has_a_sentence(kind: Kind) -> None:
    for name in names(kind):
        entry = describe(kind, name, dialect_for())
        assert entry is not None
        assert entry.text.endswith("."), f"{kind} {name}: {entry.text!r}"
        assert name in entry.shape
        assert "chapter" in entry.page()


def test_every_description_is_of_a_name() -> None:
    for row in rows("descriptions"):
        assert history(row["kind"], row.name) is not None, row.name
        assert row["shape"] or row["text"]


@pytest.mark.parametrize(
    "text, title",
    [
        ("${lc|:x}", "lc: expansion operator"),
        ("${local_p|art}", "local_part: variable"),
        ("${local_p|art:x}", "local_part: expansion operator"),
        ("$local_p|art", "local_part: variable"),
        ("${substr_1|_2:abc}", "substr: expansion operator"),
        ("${subs|tr{1}{2}{abc}}", "substr: expansion item"),
        ("${if e|q{a}{b}}", "eq: expansion condition"),
        ("${if !de|f:domain}", "def: expansion condition"),
        ("${if def:dom|ain}", "domain: variable"),
        ("${lookup{x} lsear|ch{/y}}", "lsearch: lookup type"),
        ("${length{3}{|", "length: expansion item"),
        ("${if match{a}{|", "match: expansion condition"),
        ("${lookup{x} lsearch{|", "lsearch: lookup type"),
        ("$acl_m_f|oo", "acl_m_foo: variable"),
        ("$|1", "1: variable"),
        ("$h_sub|ject:", "h_subject: variable"),
        (":explain uc|", "uc: expansion operator"),
    ],
)
def test_the_name_at_the_cursor(text: str, title: str) -> None:
    before, _, behind = text.partition("|")
    entries = entries_at(before + behind, len(before), dialect_for())
    assert entries
    assert entries[0].page().split("\n")[0] == title


def test_explain_tells_versions_and_taint() -> None:
    (bless,) = find("bless", dialect_for())
    assert "Since 4.94, removed in 4.95." in bless.page()
    assert "does not have it" in bless.page()
    assert "NOT IN THIS VERSION" in bless.line()
    (base64,) = find("strlen", dialect_for())
    assert "never tainted" in base64.page()
    assert [entry.kind for entry in find("local_part", dialect_for())] == ["operator", "variable"]
    assert "Now" in shown(workbench("--set", "domain=x"), ":explain $domain")[0]
