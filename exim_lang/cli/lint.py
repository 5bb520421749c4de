"""Find what is wrong, dangerous or out of date in configurations, without running them.

examples:
  exim-lang lint /etc/exim4/exim4.conf
  exim-lang lint --explain open-relay-accept
  exim-lang lint exim.conf --format sarif > exim.sarif
  exim-lang lint exim.conf --diff              what --fix would change
  exim-lang lint --from 4.92 --target 4.99 exim.conf

Settings are read from .exim-lang.toml or pyproject.toml beside the configuration or above it. A comment
`# exim-lang: ignore[rule] why` silences a rule for the statement behind it.

exit status: 0 nothing at or above --fail-level (default: warning), 1 findings, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from exim_lang.errors import UsageError
from exim_lang.records import replace

if TYPE_CHECKING:
    from exim_lang.lint.engine import Report
    from exim_lang.lint.settings import Settings

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "rdjson")
LEVELS = ("critical", "error", "warning", "info", "style")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command line."""
    parser.add_argument("configs", metavar="CONFIG", nargs="*", help="configuration files")
    parser.add_argument("--format", default="text", choices=FORMATS, help="how to print what is found (default: text)")
    parser.add_argument("--json", dest="format", action="store_const", const="json", help="the same as --format json")
    parser.add_argument("--fix", action="store_true", help="mend what can be mended safely")
    parser.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    parser.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: also what a person should look at")
    parser.add_argument("--explain", metavar="RULE", default="", help="show the manual page of a rule")
    parser.add_argument("--list-rules", action="store_true", help="one line for each rule")
    parser.add_argument("--select", metavar="NAMES", default="", help="only these rules or groups, separated by commas")
    parser.add_argument("--ignore", metavar="NAMES", default="", help="without these rules or groups")
    parser.add_argument("--fail-level", choices=LEVELS, default="", help="the mildest finding that makes the status 1")
    parser.add_argument("--settings", metavar="FILE", default="", help="read settings from this file")
    parser.add_argument("--target", metavar="VERSION", default="", help="the version of Exim (default: the newest)")
    parser.add_argument("--build", metavar="FILE", default="", help='the output of "exim -bV": how that Exim was built')
    parser.add_argument("--from", dest="since", metavar="VERSION", default="", help="the version that it was written for")
    parser.add_argument("--baseline", metavar="FILE", default="", help="hide what this file names")
    parser.add_argument("--write-baseline", metavar="FILE", default="", help="write what was found there, to be hidden later")
    parser.add_argument("-D", dest="macros", metavar="NAME=VALUE", action="append", default=[], help="define a macro")
    parser.add_argument("--root", metavar="DIR", default="", help="where absolute names in .include are looked up")


def run(options: argparse.Namespace) -> int:
    """Prints what is found on standard output; returns the exit status."""
    if options.explain:
        return explain(options.explain)
    if options.list_rules:
        return list_rules()
    if not options.configs:
        raise UsageError("no configuration was named")
    settings = settings_of(options)
    if options.fix and not options.diff:
        reports = [mended(path, settings, options) for path in options.configs]
    else:
        reports = [report_on(path, settings, options) for path in options.configs]
    if options.diff:
        return show_difference(reports, options)
    if options.write_baseline:
        from exim_lang.lint.baseline import write_baseline

        write_baseline(reports[0], Path(options.write_baseline))
        return 0
    show(reports, options)
    failing = settings.fail_level.rank
    return int(any(one.severity.rank <= failing for report in reports for one in report.diagnostics))


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of the file and of the command line, which has the last word."""
    from exim_lang.lint.finding import Severity
    from exim_lang.lint.settings import find_settings, read_settings, settings_from

    if options.settings:
        settings = read_settings(Path(options.settings))
    else:
        settings = find_settings(Path(options.configs[0]).resolve().parent)
    given = settings_from({"select": _names(options.select), "ignore": _names(options.ignore)}, "command line")
    if given.select:
        settings = replace(settings, select=given.select)
    if given.ignore:
        settings = replace(settings, ignore=(*settings.ignore, *given.ignore))
    if options.fail_level:
        settings = replace(settings, fail_level=Severity(options.fail_level))
    if options.target:
        settings = replace(settings, target=options.target)
    return settings


def _names(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def report_on(path: str, settings: Settings, options: argparse.Namespace) -> Report:
    """What is found in one configuration."""
    from exim_lang.cli.config import load
    from exim_lang.lint.baseline import apply_baseline
    from exim_lang.lint.engine import lint
    from exim_lang.model.dialect import complete_dialect

    loading = argparse.Namespace(**vars(options), config=path, exim_version=settings.target)
    since = complete_dialect(options.since) if options.since else None
    report = lint(load(loading, complete=True), settings, since=since)
    if options.baseline:
        apply_baseline(report, Path(options.baseline))
    return report


def mended(path: str, settings: Settings, options: argparse.Namespace) -> Report:
    """What is left in a configuration after it was mended."""
    from exim_lang.lint.mending import mend

    report, count = mend(lambda: report_on(path, settings, options), unsafe=options.unsafe_fixes)
    if count:
        print(f"{path}: {count} mended", file=sys.stderr)
    return report


def show_difference(reports: list[Report], options: argparse.Namespace) -> int:
    """Prints what --fix would change; status 1 when that is anything."""
    from exim_lang.lint.mending import difference

    lines = [line for report in reports for line in difference(report, unsafe=options.unsafe_fixes)]
    print("".join(lines), end="")
    return int(bool(lines))


def show(reports: list[Report], options: argparse.Namespace) -> None:
    """Prints the findings in the format asked for."""
    import importlib

    from exim_lang.report.frame import wants_colour

    render = importlib.import_module(f"exim_lang.lint.formats.{options.format}").render
    print(render(reports, colour=wants_colour(sys.stdout)), end="")


def explain(name: str) -> int:
    """Prints the page of a rule."""
    from exim_lang.lint.rule import RULES
    from exim_lang.lint.similar import similar

    rule = RULES.get(name)
    if rule is None:
        guess = similar(name, RULES)
        raise UsageError(f'there is no rule "{name}"' + (f'; did you mean "{guess}"?' if guess else ""))
    ages = "".join(f", {word} {version}" for word, version in (("since", rule.since), ("until", rule.until)) if version)
    print(f"{rule.name} ({rule.group}, {rule.severity}, fix: {rule.fix}{ages})\n\n{rule.page}")
    return 0


def list_rules() -> int:
    """Prints the names of all rules."""
    from exim_lang.lint.rule import RULES

    for rule in map(RULES.__getitem__, RULES):
        print(f"{rule.name:<34} {rule.severity:<8} {rule.group:<11} {rule.summary}")
    return 0
