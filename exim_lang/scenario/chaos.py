"""Every test again with each backend in turn down: what then happens to the mail."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from exim_lang.scenario.answers import LOCAL, Fault
from exim_lang.scenario.run import Runner

if TYPE_CHECKING:
    from exim_lang.scenario.load import Case, Suite
    from exim_lang.scenario.results import Result

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


def chaos_of(suite: Suite, case: Case, result: Result) -> list[Change]:
    """Runs a test once for each backend that it asked and each way to be down."""
    changes = []
    for backend in result.asked:
        if backend in LOCAL:
            continue
        for way in WAYS:
            again = Runner(suite).run(case, Fault(backend, way))
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
    """The changes as a table; what stayed as it was is counted only."""
    lines = ["what happens to the mail with a backend down"]
    if not changes:
        return [*lines, "  no test asks any backend"]
    changed = [change for change in changes if change.before != change.after]
    for test in dict.fromkeys((change.file, change.test) for change in changed):
        own = [change for change in changed if (change.file, change.test) == test]
        lines.append(f"  {test[0]}: {test[1]}")
        grouped: dict[tuple[str, str, str], list[Change]] = {}
        for change in own:
            grouped.setdefault((change.backend, change.before, change.after), []).append(change)
        for (backend, before, after), same in grouped.items():
            mark = "!" if same[0].grave else " "
            ways = ", ".join(one.way for one in same)
            lines.append(f"  {mark} {backend:<12} {ways:<32} {after}, instead of {before.split(' at ')[0]}")
    lines.append(f"  {len(changes)} runs, {len(changes) - len(changed)} of them as with everything up")
    if any(change.grave for change in changed):
        lines.append("  ! mail is refused for good, thrown away or let in because a backend is down")
    return lines
