"""Every name of the systems that are documented in docs/systems: known, explained, evaluated, and part of a scenario.

The names are data, tests/cases/systems/names.tsv: system, kind, name, the version whose language has it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from exim_lang.acl.registry import CONDITIONS as ACL_CONDITIONS
from exim_lang.acl.registry import CONTROLS, MODIFIERS
from exim_lang.expand.names import find_operator
from exim_lang.expand.registry import CONDITIONS, ITEMS, OPERATORS, VARIABLES
from exim_lang.model.dialect import dialect_for
from exim_lang.model.options import find_option
from exim_lang.repl.documentation import KINDS, describe
from exim_lang.repl.settings import setting_pages
from exim_lang.search.registry import LOOKUPS

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "cases" / "systems" / "names.tsv"
NAMES = [tuple(line.split("\t")) for line in DATA.read_text().splitlines()[1:]]
REGISTRIES: dict[str, Any] = {"acl_condition": ACL_CONDITIONS, "acl_modifier": MODIFIERS,
              "acl_control": CONTROLS, "item": ITEMS,
              "operator": OPERATORS, "condition": CONDITIONS, "variable": VARIABLES, "lookup": LOOKUPS}  # fmt: skip
DOCUMENTED_ONLY = {"acl_data_smtp_prdr"}
"""Names that a text had and no Exim."""
ASKED_AS_A_FAMILY = {"pgsql_servers", "mysql_servers", "redis_servers", "dkim_strict", "dk_strict"}
"""Their names are put together from that of the lookup, or the kind of signature."""


@cache
def sources(folder: str) -> str:
    """The source of exim_lang, for options: who asks for one spells its name in quotes."""
    return "\n".join(path.read_text() for path in (ROOT / folder).rglob("*.py") if "/lint/" not in str(path))


@cache
def scenarios() -> str:
    """Configurations and scenario files of the folders in examples that have scenarios."""
    texts = []
    for path in sorted((ROOT / "examples").glob("*/*.exim-test.yaml")):
        texts.append(path.read_text())
        texts += [other.read_text() for other in sorted(path.parent.glob("*.conf"))]
    return "\n".join(texts)


@pytest.mark.parametrize(("row", "kind", "name", "version"), NAMES, ids=[f"{row}-{name}" for row, _, name, _ in NAMES])
def test_name(row: str, kind: str, name: str, version: str) -> None:
    dialect = dialect_for(version)
    assert (ROOT / "docs" / "systems" / f"{PAGES.get(row, row)}.md").exists(), f"{row} has no page"
    page = (ROOT / "docs" / "systems" / f"{PAGES.get(row, row)}.md").read_text()
    assert name in page or name.startswith("dkim_"), f"the page {PAGES.get(row, row)}.md does not name it"
    assert re.search(rf"(?<![a-z_]){name}(?![a-z_])", scenarios()), "no scenario in examples mentions it"
    if name in DOCUMENTED_ONLY:
        assert not dialect.knows(kind, name)
        return
    if name.startswith("quote_"):
        assert find_operator(name, dialect)[0] is not None, "nobody evaluates it"
        assert LOOKUPS[name.removeprefix("quote_")].quote is not None
        return
    assert dialect.knows(kind, name), f"{version} does not know it"
    if kind in KINDS:
        entry = describe(kind, name, dialect)
        assert entry is not None
        assert entry.known
        assert entry.text, "it has no sentence"
    else:
        assert setting_pages(name, dialect), "nothing explains it"
    match kind.partition(":")[0]:
        case "main_option" | "router_option" | "transport_option":
            section = "main" if kind == "main_option" else kind.replace("_option", "")
            assert find_option(dialect, section, name) is not None
            assert f'"{name}"' in sources("exim_lang") or name in ASKED_AS_A_FAMILY, "nobody asks for it"
        case "log_selector":
            assert f'"{name}"' in sources("exim_lang"), "nobody asks for it"
        case "acl_verb":
            assert f'"{name}"' in sources("exim_lang/acl") + sources("exim_lang/syntax")
        case _:
            assert name in REGISTRIES[kind], "nobody evaluates it"


PAGES = {"dkim-verify": "dkim", "dkim-sign": "dkim", "dkim-verify-2008": "dkim"}


def test_every_system_has_its_page() -> None:
    index = (ROOT / "docs" / "systems" / "README.md").read_text()
    for page in (ROOT / "docs" / "systems").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, f"{page.name} is not in the index"
