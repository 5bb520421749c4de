"""The rules of the house: imports look back only, files stay small, a wheel holds what it should."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    ("source", "errors", "plugins", "taint", "records"),
    ("grammar",),
    ("syntax",),
    ("model",),
    ("world",),
    ("search",),
    ("expand",),
    ("dkim",),
    ("domainkeys",),
    ("lookups",),
    ("lists",),
    ("dmarc",),
    ("arc",),
    ("acl",),
    ("conditions",),
    ("smtp",),
    ("filter",),
    ("route",),
    ("transport",),
    ("serve",),
    ("scenario",),
    ("replay",),
    ("report",),
    ("lint",),
    ("repl",),
    ("cli",),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
SOURCES = sorted(
    path for folder in ("exim_lang", "lookups", "conditions", "tests", "benchmarks") for path in (ROOT / folder).rglob("*.py")
)
CEILING = 500


def layer_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "exim_lang" else parts[0]


def imports_of(path: Path) -> set[str]:
    """The modules that `path` imports when it runs; what only a type checker imports does not count."""
    found: set[str] = set()
    left: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            left += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        left += ast.iter_child_nodes(node)
    return {name for name in found if name.startswith("exim_lang.")}


@pytest.mark.parametrize("path", [path for path in SOURCES if layer_of(path) in RANK], ids=lambda path: path.name)
def test_imports_look_back(path: Path) -> None:
    rank = RANK[layer_of(path)]
    forward = {name for name in imports_of(path) if RANK.get(name.split(".")[1], -1) > rank}
    assert not forward, f"{path.relative_to(ROOT)} imports later layers"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_files_are_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= CEILING


def test_dataclasses_cost_nothing_at_start() -> None:
    """Those of the standard library are compiled whenever a program starts, see docs/decisions/0003-start-up.md."""
    folders = (ROOT / "exim_lang", ROOT / "lookups", ROOT / "conditions")
    for path in (path for path in SOURCES if any(folder in path.parents for folder in folders)):
        assert path.name == "records.py" or "\nfrom dataclasses import dataclass" not in path.read_text("utf-8"), path


def test_packages_have_only_a_docstring() -> None:
    for path in SOURCES:
        if path.name == "__init__.py" and path.parent != ROOT / "exim_lang":
            body = ast.parse(path.read_text("utf-8")).body
            assert all(isinstance(node, ast.Expr) for node in body), path


def test_wheel(tmp_path: Path) -> None:
    """The wheel installs one top-level package, with the grammars, lookups, conditions and facts inside it."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")} == {"exim_lang"}
    packaged = {name for name in names if name.endswith((".py", ".lark", ".json", ".tsv", ".txt", ".typed"))}
    for folder in ("exim_lang", "grammar", "lookups", "conditions"):
        inside = "" if folder == "exim_lang" else "exim_lang/"
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".lark", ".json", ".tsv", ".typed"):
                assert inside + str(path.relative_to(ROOT)) in packaged


REGISTRIES = """
import importlib, sys
from exim_lang import plugins
module, name = sys.argv[1:]
registry = getattr(importlib.import_module(module), name)
for part, source in plugins.modules(registry.package).items():
    known, loaded = set(registry._entries), set(sys.modules)
    importlib.import_module(part)
    new = [source for other, source in plugins.modules(registry.package).items() if other in set(sys.modules) - loaded]
    for entry in set(registry._entries) - known:
        if not any(f'"{entry}"'.encode() in source for source in new or [source]):
            print(part, "registers", entry, "without spelling it in double quotes")
"""


@pytest.mark.parametrize(
    "path", [path for path in SOURCES if "= Registry(" in path.read_text("utf-8")], ids=lambda path: "-".join(path.parts[-2:])
)
def test_registered_names_are_spelt(path: Path) -> None:
    """A registry finds the module of a name by looking for the name in the sources."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for name in re.findall(r"^(\w+): Registry\[", path.read_text("utf-8"), re.MULTILINE):
        done = subprocess.run([sys.executable, "-c", REGISTRIES, module, name], capture_output=True, text=True, check=True)
        assert done.stdout == ""
