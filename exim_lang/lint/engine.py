"""Runs the rules over a configuration and sorts out what is shown.

Everything that Exim itself would refuse is found, too: what no rule speaks of comes from `refused-by-exim`, and what it could
not expand from `broken-expansion`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exim_lang.lint.finding import Finding, Severity
from exim_lang.lint.rule import RULES, Rule
from exim_lang.lint.settings import Settings
from exim_lang.lint.suppression import Suppressions, suppressions_of
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Config
from exim_lang.model.dialect import Dialect
from exim_lang.records import dataclass, field
from exim_lang.source.text import Place

REFUSED = "refused-by-exim"
BROKEN = "broken-expansion"
UNUSED = "unused-ignore"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding of a rule; `vendor` when it stands in a file that belongs to somebody else."""

    rule: Rule
    severity: Severity
    finding: Finding
    vendor: bool = False

    @property
    def place(self) -> Place:
        """Where the finding begins."""
        return self.finding.place


@dataclass(slots=True)
class Report:
    """What a run found, in the order of files and lines; `silenced` counts what comments and the baseline hid."""

    config: Config
    diagnostics: list[Diagnostic] = field(default_factory=list)
    silenced: int = 0

    def worst(self) -> Severity | None:
        """The worst level of all findings."""
        return min((one.severity for one in self.diagnostics), key=lambda level: level.rank, default=None)


def lint(config: Config, settings: Settings | None = None, *, since: Dialect | None = None) -> Report:
    """All findings about a configuration. `since` is the version it was written for, when it is to be upgraded."""
    settings = settings or Settings()
    survey = Survey(config, since)
    report = Report(config)
    silence = Suppressions(suppressions_of(config))
    found = list(_all(survey, (rule for rule in map(RULES.__getitem__, RULES) if settings.enabled(rule))))
    for rule, finding in found:
        place = finding.place
        if silence.silence(rule.name, place.file, place.line):
            report.silenced += 1
        else:
            _add(report, settings, rule, finding)
    for rule, finding in _leftovers(survey, found, silence, settings):
        _add(report, settings, rule, finding)
    order = {file.name: number for number, file in reversed(list(enumerate(config.files)))}
    report.diagnostics.sort(key=lambda one: _order(one, order))
    return report


def _all(survey: Survey, rules: Iterable[Rule]) -> Iterator[tuple[Rule, Finding]]:
    """What the rules find, each finding once."""
    for rule in rules:
        if rule.applies(survey.dialect):
            seen: set[tuple[Place, str]] = set()
            for finding in rule.check(survey):
                key = (finding.place, finding.message)
                if key not in seen:
                    seen.add(key)
                    yield rule, finding


def _leftovers(
    survey: Survey, found: list[tuple[Rule, Finding]], silence: Suppressions, settings: Settings
) -> Iterator[tuple[Rule, Finding]]:
    """What Exim refuses or cannot expand and no rule spoke of, and comments that silenced nothing."""
    lines = {(finding.place.file, finding.place.line) for _, finding in found}
    refused = RULES[REFUSED]
    if settings.enabled(refused):
        for problem in survey.config.problems:
            place = problem.place
            if (place.file, place.line) not in lines and not silence.silence(REFUSED, place.file, place.line):
                yield refused, Finding(problem.message, problem.text, problem.span)
    broken = RULES[BROKEN]
    if settings.enabled(broken):
        for use, fault in survey.faults:
            finding = use.finding(fault.span, fault.message.partition("\n")[0])
            place = finding.place
            if (place.file, place.line) not in lines and not silence.silence(BROKEN, place.file, place.line):
                yield broken, finding
    unused = RULES[UNUSED]
    if settings.enabled(unused):
        for comment in silence.all:
            if not comment.used:
                names = ", ".join(comment.rules)
                yield unused, Finding(f"there is nothing here that [{names}] finds", comment.text, comment.span)


def _add(report: Report, settings: Settings, rule: Rule, finding: Finding) -> None:
    level = settings.level(rule)
    vendor = settings.is_vendor(finding.place.file)
    if vendor and level.rank > settings.vendor_level.rank:
        report.silenced += 1
        return
    report.diagnostics.append(Diagnostic(rule, level, finding, vendor))


def _order(one: Diagnostic, files: dict[str, int]) -> tuple[int, int, int, str]:
    place = one.place
    return files.get(place.file, len(files)), place.line, place.column, one.rule.name
