"""What the user wants of the linter: `[tool.exim-lang.lint]` in pyproject.toml, or `[lint]` in .exim-lang.toml.

    [lint]
    target = "4.99"
    fail-level = "warning"
    select = ["all"]                    # names of rules, of groups, or "all"; the default is all but style
    ignore = ["unused-macro"]
    vendor-level = "error"              # of files that belong to somebody else only this and worse is shown
    vendor = ["/usr/local/panel/*.conf"]   # the default: the parts of Debian's package in conf.d
    [lint.severity]
    dnsbl-any-answer = "error"
    unused-acl = "off"
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exim_lang.errors import UsageError
from exim_lang.lint.finding import Severity
from exim_lang.lint.rule import RULES, Rule
from exim_lang.records import dataclass, field

DEBIAN = "*/conf.d/*/[0-9]*_exim4-config*"
"""The parts of a split configuration that belong to Debian's package."""

FILES = (".exim-lang.toml", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Settings:
    """Which rules run, how bad their findings are, which files are somebody else's, and from which level on a run fails."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    vendor: tuple[str, ...] = (DEBIAN,)
    vendor_level: Severity = Severity.ERROR
    fail_level: Severity = Severity.WARNING
    target: str = ""

    def enabled(self, rule: Rule) -> bool:
        """Whether a rule runs."""
        if self.severity.get(rule.name) == "off" or self._named(rule, self.ignore):
            return False
        if self.select:
            return self._named(rule, self.select) or rule.name in self.severity
        return rule.enabled or rule.name in self.severity

    def level(self, rule: Rule) -> Severity:
        """How bad a finding of the rule is."""
        return Severity(self.severity.get(rule.name, rule.severity))

    def is_vendor(self, file: str) -> bool:
        """Whether a file belongs to somebody else (a distribution, a panel)."""
        return any(fnmatch.fnmatch(file, pattern) for pattern in self.vendor)

    @staticmethod
    def _named(rule: Rule, names: tuple[str, ...]) -> bool:
        return rule.name in names or rule.group in names or "all" in names


def find_settings(start: Path) -> Settings:
    """The settings of the first folder, from `start` upwards, that has any."""
    for folder in (start.resolve(), *start.resolve().parents):
        for name in FILES:
            path = folder / name
            if path.is_file():
                table = read_table(path)
                if table is not None:
                    return settings_from(table, str(path))
    return Settings()


def read_settings(path: Path) -> Settings:
    """The settings in one file; raises UsageError when it has none."""
    table = read_table(path)
    if table is None:
        raise UsageError(f"{path}: no settings for the linter")
    return settings_from(table, str(path))


def read_table(path: Path) -> dict[str, Any] | None:
    """The linter's table in a TOML file, None when there is none; raises UsageError for what cannot be read."""
    import tomllib

    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from error
    if path.name == "pyproject.toml":
        data = data.get("tool", {}).get("exim-lang", {})
    table = data.get("lint")
    return table if isinstance(table, dict) else None


def settings_from(table: Mapping[str, Any], name: str) -> Settings:
    """Settings from a table of TOML; raises UsageError for a key, a rule or a level that does not exist."""
    known = {"select", "ignore", "severity", "vendor", "vendor-level", "fail-level", "target"}
    for key in table:
        if key not in known:
            raise UsageError(f'{name}: unknown setting "{key}" (known: {", ".join(sorted(known))})')
    groups = {"all", *(RULES[rule].group for rule in RULES)}
    severity = dict(table.get("severity", {}))
    for rule in (*table.get("select", ()), *table.get("ignore", ()), *severity):
        if rule not in RULES and (rule not in groups or rule in severity):
            raise UsageError(f'{name}: there is no rule "{rule}"')
    return Settings(
        tuple(table.get("select", ())),
        tuple(table.get("ignore", ())),
        {rule: level if level == "off" else _level(level, name) for rule, level in severity.items()},
        tuple(table.get("vendor", (DEBIAN,))),
        _level(table.get("vendor-level", Severity.ERROR), name),
        _level(table.get("fail-level", Severity.WARNING), name),
        str(table.get("target", "")),
    )


def _level(word: str, name: str) -> Severity:
    try:
        return Severity(word)
    except ValueError as error:
        raise UsageError(f'{name}: "{word}" is not a level ({", ".join(Severity)}, or "off" for a rule)') from error
