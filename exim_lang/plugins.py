"""Registries: one per kind of plug-in, filled by decorators, read by everything that needs names.

A registry is filled by the modules of its own package. Asked for one name it imports only the modules in whose source
the name stands in double quotes, which a module has to spell it in that registers it (tests/test_house.py sees to
that); all of them when all names are wanted. It looks at the entry points of other people's packages only for a name
that it does not know, or when all names are wanted. So start-up stays fast. A name registered twice raises; an import
error of a plug-in is never swallowed.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


@cache
def somebody_registers() -> bool:
    """Whether any installed package has entry points for exim-lang, found without the slow importlib.metadata.

    True also where one cannot tell by a look: for packages in a zip file, say.
    """
    for path in sys.path:
        if not os.path.isdir(path or "."):
            if os.path.exists(path):
                return True
            continue
        with os.scandir(path or ".") as entries:
            names = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info", ".egg"))]
        for name in names:
            for place in (os.path.join(name, "entry_points.txt"), os.path.join(name, "EGG-INFO", "entry_points.txt")):
                if os.path.exists(place):
                    with open(place, "rb") as file:
                        if b"[exim_lang." in file.read():
                            return True
    return False


@cache
def modules(package: str) -> dict[str, bytes | None]:
    """The modules of a package and their sources, None for one that has no source to read."""
    folders = importlib.import_module(package).__path__
    found: dict[str, bytes | None] = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            if name.endswith(".py") and name != "__init__.py":
                with open(os.path.join(folder, name), "rb") as file:
                    found[f"{package}.{name[:-3]}"] = file.read()
    if not found:  # in an archive, or byte code alone
        import pkgutil  # it would look for sources, too, but not without importing half of the standard library

        found = {f"{package}.{module.name}": None for module in pkgutil.iter_modules(folders)}
    return found


class Registry(Generic[Entry]):
    """Names of one kind (`kind` is Exim's word for it) and what stands behind them."""

    def __init__(self, kind: str, package: str, group: str) -> None:
        self.kind = kind
        self.package = package
        self.group = group
        self._entries: dict[str, Entry] = {}
        self._built_in = False
        self._complete = False

    def add(self, name: str, entry: Entry) -> None:
        """Registers `entry`; raises ValueError for a name that is taken."""
        if name in self._entries:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._entries[name] = entry

    def get(self, name: str) -> Entry | None:
        """What stands behind `name`, or None for a name that nobody registered."""
        entry = self._entries.get(name)
        if entry is None and not self._built_in:
            self._load_package(name)
            entry = self._entries.get(name)
        if entry is None and not self._complete:
            self._load_entry_points()
            entry = self._entries.get(name)
        return entry

    def __getitem__(self, name: str) -> Entry:
        entry = self.get(name)
        if entry is None:
            raise KeyError(name)
        return entry

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[str]:
        """All names, sorted."""
        self._load_package()
        self._load_entry_points()
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _load_package(self, name: str = "") -> None:
        """Imports the modules that register `name`, or all."""
        if self._built_in:
            return
        self._built_in = not name
        quoted = f'"{name}"'.encode()
        for module, text in modules(self.package).items():
            if not name or text is None or quoted in text:
                importlib.import_module(module)

    def _load_entry_points(self) -> None:
        if self._complete:
            return
        self._complete = True
        if not somebody_registers():
            return
        self._load_package()  # so that a name that is taken is known to be
        from importlib.metadata import entry_points  # 30 ms that only unknown names pay for

        for point in entry_points(group=self.group):
            point.load()
