"""Strings made to hurt take less than a second of the processor, and memory does not grow with their number."""

from __future__ import annotations

import resource
import time

import pytest

from exim_lang.errors import EximLangError
from exim_lang.expand.engine import expand
from exim_lang.expand.registry import ITEMS, OPERATORS
from tests.be_cases import config_of, scope_of

DEPTH = 100
MEGABYTE = "a" * 1_000_000
LIST = "a:" * 100_000
LOOPING = "begin acl\nloop:\n  accept condition = ${acl{loop}}\n"
LOOPS = {"map": 2, "reduce": 3, "sort": 3}
LEAST = {name: ITEMS[name].least for name in ITEMS} | LOOPS
REGEXES = [
    ("^(a+)+\\$", "a" * 40 + "b"), ("(a*)*b", "a" * 50), ("(a|aa)+\\$", "a" * 60 + "b"), ("(.*)*x", "a" * 5000),
    ("^(([a-z])+.)+[A-Z]([a-z])+\\$", "a" * 60), ("(?:(?:a?){50}){50}b", "a" * 1000), ("(a?){99999}", "a"),
]  # fmt: skip


def nested() -> dict[str, str]:
    """Every item in the first and in the last string of itself, operators and conditions likewise."""
    found = {}
    for name, least in LEAST.items():
        found[f"first string of {name}"] = f"${{{name}{{" * DEPTH + "x" + ("}" + "{x}" * (least - 1) + "}") * DEPTH
        found[f"last string of {name}"] = (f"${{{name}" + "{x}" * (least - 1) + "{") * DEPTH + "x" + "}}" * DEPTH
    for name in OPERATORS:
        found[f"operator {name}"] = f"${{{name}:" * DEPTH + "x" + "}" * DEPTH
    for name in ("and", "or"):
        found[name] = "${if " + (name + "{{") * DEPTH + "eq{a}{a}" + "}}" * DEPTH + "{y}{n}}"
        found[f"{name}, two members"] = "${if " + (name + "{{eq{a}{b}}{") * DEPTH + "eq{a}{a}" + "}}" * DEPTH + "{y}{n}}"
    for name in ("forany", "forall", "forany_json", "forall_jsons"):
        found[name] = "${if " + (name + "{a:b}{") * DEPTH + "eq{$item}{a}" + "}" * DEPTH + "{y}{n}}"
    found["condition of if"] = "${if eq{" * DEPTH + "x" + "}{x}{y}{z}}" * DEPTH
    found["yes of if"] = "${if eq{x}{x}{" * DEPTH + "x" + "}}" * DEPTH
    found["no of if"] = "${if eq{x}{y}{a}{" * DEPTH + "x" + "}}" * DEPTH
    found["not"] = "${if " + "!" * DEPTH + "eq{a}{a}{y}{n}}"
    found["filter"] = "${filter{" * DEPTH + "a:b" + "}{eq{$item}{a}}}" * DEPTH
    found["lookup"] = "${lookup{" * DEPTH + "x" + "}lsearch{/nonexistent}{y}{n}}" * DEPTH
    found["an ACL that calls itself"] = "${acl{loop}}"
    return found


def long() -> dict[str, str]:
    found = {f"long {name}": f"${{{name}:{MEGABYTE}}}" for name in OPERATORS}
    found |= {f"list {name}": f"${{{name}:{LIST}}}" for name in OPERATORS}
    for index, (pattern, subject) in enumerate(REGEXES):
        found[f"match {index}"] = f"${{if match{{{subject}}}{{{pattern}}}{{y}}{{n}}}}"
        found[f"sg {index}"] = f"${{sg{{{subject}}}{{{pattern}}}{{n}}}}"
    strings = [
        MEGABYTE, f"${{tr{{{MEGABYTE}}}{{a}}{{b}}}}", f"${{map{{{LIST}}}{{$item}}}}",
        f"${{filter{{{LIST}}}{{eq{{$item}}{{b}}}}}}",
        f"${{if forall{{{LIST}}}{{eq{{$item}}{{a}}}}}}", f"${{if inlist{{b}}{{{LIST}}}}}", f"${{listextract{{-9}}{{{LIST}}}}}",
        f"${{extract{{99999}}{{:}}{{{LIST}}}}}", f"${{extract{{z}}{{{'a=b ' * 100_000}}}}}",
        f"${{sort{{{LIST[:40_000]}}}{{lt}}{{$item}}}}",
        f"${{extract json{{99999}}{{[{'1,' * 100_000}1]}}}}", "{" * 1_000_000, "${lc:" * 5_000,
        "a\\0b\xff${lc:\\377\\000x}", "\0", "\xff",
        "${eval:" + "9" * 5000 + "}", "${eval:2**99}", "${eval:1<<99999999}", "${eval:" + "(" * 5000 + "}",
        "${eval:" + "1+" * 50_000 + "1}", "${eval:" + "-" * 5000 + "1}", "${eval:-9223372036854775808/-1}", "${eval:1/0}",
        "${length_99999999999999999999:abc}", "${substr_-99999999999999999999_99999999999:abc}", "${hash_99999999999:abc}",
        "${nhash_99999999999_2:abc}", "${randint:99999999999999999999}", "${base62:" + "9" * 100_000 + "}",
        "${listextract{" + "9" * 100_000 + "}{a}}",
    ]  # fmt: skip
    return found | {f"{index} {text[:30]!r}": text for index, text in enumerate(strings)}


CASES = nested() | long()


@pytest.mark.parametrize("name", CASES)
def test_less_than_a_second(name: str) -> None:
    scope = scope_of(config_of(LOOPING))
    began = time.process_time()
    try:
        expand(CASES[name], scope)
    except EximLangError:
        pass  # an error is as good as an answer
    assert time.process_time() - began < 1


def test_memory_is_bounded() -> None:
    scope = scope_of(config_of(""))
    sizes = []
    for start in (0, 20_000):
        for number in range(start, start + 20_000):
            expand(f"${{if eq{{{number}}}{{$sender_address}}{{yes}}{{no}}}}", scope)
        sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    assert sizes[1] - sizes[0] < 40_000  # kilobytes: the strings that are kept are few, whatever their number
