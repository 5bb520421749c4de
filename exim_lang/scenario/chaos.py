"""Every test again with each backend in turn down: what then happens to the mail."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from exim_lang.scenario.answers import LOCAL, Fault

if TYPE_CHECKING:
    from exim_lang.scenario.load import Case
    from exim_lang.scenario.results import Result
    from exim_lang.scenario.run import Runner

WAYS = ("deferring", "refused", "timed out")


@dataclass(frozen=True, slots=True)
class Change:
    """What a backend that is down changes in one test: the first step that ends otherwise, before and after; equal for none."""

    file: str
    test: str
    backend: str
    way: str
    before: str
    after: str

    @property
    def grave(self) -> bool:
        """Mail is refused for good, thrown away or let in because a backend is down: it was not before."""
        return self.after != self.before and self.after.split(" ")[0] in ("deny", "drop", "discard", "accept")

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "grave": self.grave}


def chaos_of(runner: Runner, case: Case, result: Result) -> list[Change]:
    """Runs a test once for each backend that it asked and each way to be down."""
    changes = []
    for backend in result.asked:
        if backend in LOCAL:
            continue
        for way in WAYS:
            again = runner.run(case, Fault(backend, way))
            changes.append(Change(result.file, case.name, backend, way, *first_difference(result, again)))
    return changes


def first_difference(result: Result, again: Result) -> tuple[str, str]:
    """The first step that ended otherwise, then and now; the last step twice where none did."""
    for index, before in enumerate(result.fates):
        if index >= len(again.fates):
            reason = next((failure.reason for failure in again.failures if failure.reason), "the test ended before")
            return before, f"not known: {reason.splitlines()[0]}"
        if again.fates[index] != before:
            return before, again.fates[index]
    last = result.fates[-1] if result.fates else "nothing was decided"
    return last, last


def table(changes: list[Change]) -> list[str]:
    """What changes in which test, and a summary by backend; what stays as it was is counted only."""
    lines = ["what happens to the mail with a backend down"]
    if not changes:
        return [*lines, "  no test asks any backend"]
    changed = [change for change in changes if change.before != change.after]
    for file in dict.fromkeys(change.file for change in changed):
        lines.append(f"  {file}")
        for test in dict.fromkeys(change.test for change in changed if change.file == file):
            lines.append(f"    {test}")
            lines += rows_of([change for change in changed if (change.file, change.test) == (file, test)])
    lines += ["", f"  {'backend':<12} {'how':<10} {'as before':>9} {'otherwise':>9} {'grave':>6}"]
    for backend, way in dict.fromkeys((change.backend, change.way) for change in changes):
        own = [change for change in changes if (change.backend, change.way) == (backend, way)]
        otherwise, grave = sum(one.before != one.after for one in own), sum(one.grave for one in own)
        lines.append(f"  {backend:<12} {way:<10} {len(own) - otherwise:>9} {otherwise:>9} {grave:>6}")
    if any(change.grave for change in changed):
        lines.append("  grave (!): mail is refused for good, thrown away or let in because a backend is down")
    return lines


def rows_of(changes: list[Change]) -> list[str]:
    """The changes of one test, those with the same effect in one line."""
    grouped: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.backend, change.before, change.after), []).append(change)
    rows = []
    for (backend, before, after), same in grouped.items():
        ways = ", ".join(one.way for one in same)
        mark = "!" if same[0].grave else " "
        rows.append(f"    {mark} {backend:<12} {ways:<32} {after}, instead of {before.split(' at ')[0]}")
    return rows
