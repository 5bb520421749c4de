"""What is known of a name that is not of the expansion language: options, ACL conditions, controls, log selectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.model.dialect import history, kinds
from exim_lang.model.facts.table import rows
from exim_lang.repl.documentation import KINDS
from exim_lang.syntax.acl_names import acl_facts

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect
    from exim_lang.model.facts.table import Row

_TITLES = {"acl_condition": "ACL condition", "acl_control": "control of ACLs", "acl_modifier": "ACL modifier",
           "acl_verb": "ACL verb", "acl_verify": "verify test of ACLs", "main_option": "main option",
           "log_selector": "log selector"}  # fmt: skip


def setting_pages(name: str, dialect: Dialect) -> list[str]:
    """A page for each thing that is no part of the expansion language and has this name, in whatever version."""
    name = name.lstrip("+").strip()
    found = [(kind, row) for kind in kinds() if kind not in KINDS and (row := history(kind, name)) is not None]
    return [_page(kind, row, dialect) for kind, row in found]


def _page(kind: str, row: Row, dialect: Dialect) -> str:
    lines = [f"{row.name}: {_title(kind)}"]
    if "_option" in kind:
        section = "main" if kind == "main_option" else kind.replace("_option", "")
        lines += [_option(one) for one in rows("options", section) if one.name == row.name]
    elif kind.startswith("acl_"):
        fact = acl_facts().get((kind.removeprefix("acl_"), row.name))
        if fact is not None:
            lines.append(f"  Phases: {_phases(fact.phases)}.")
    if row.since:
        lines.append(f"  Since {row.since}.")
    if row.until:
        lines.append(f"  Removed in {row.until}." + (f" Now: {row['renamed']}." if row["renamed"] else ""))
    if row.feature:
        lines.append(f"  Needs a build with {row.feature.replace('|', ' or ')}.")
    if not dialect.has(row):
        lines.append("  The dialect in use does not have it.")
    return "\n".join(lines)


def _phases(words: str) -> str:
    return "all phases" if words == "all" else words.replace("not ", "all phases but ")


def _title(kind: str) -> str:
    if kind in _TITLES:
        return _TITLES[kind]
    what, _, driver = kind.partition("_option:")
    if not driver:
        return kind.replace("_", " ")
    return f"option of {'all ' if driver == 'generic' else driver + ' '}{what}s"


def _option(row: Row) -> str:
    words = [row["type"] + (", expanded" if "expanded" in row["flags"].split() else "")]
    if row["default"]:
        words.append(f"default {row['default']}")
    return f"  {'; '.join(words)}."
