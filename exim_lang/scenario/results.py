"""What running tests yields, as data that crosses processes: results of tests, differences, places."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from exim_lang.records import dataclass, field

TestOutcome: TypeAlias = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was expected to be otherwise."""

    what: str
    expected: str
    actual: str


@dataclass(slots=True)
class Failure:
    """Why a test did not pass: in which step, what was different, what explains it.

    `reason` is a sentence where nothing could be compared. `explanation` are lines about the statement that decided and those
    that did not; `stub` is what to paste into the scenario file where an access was not answered.
    """

    step: str
    line: int
    differences: list[Difference] = field(default_factory=list)
    reason: str = ""
    explanation: list[str] = field(default_factory=list)
    stub: str = ""


@dataclass(slots=True)
class Result:
    """How one test ended: `seconds` it took, `outcomes` (verdicts) of its steps, the backends it `asked`."""

    file: str
    line: int
    name: str
    tags: list[str]
    outcome: TestOutcome
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0
    outcomes: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    fates: list[str] = field(default_factory=list)
    """What came of each step, in words: "deny 550 at RCPT TO:<x@y>"."""

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": self.file,
            "line": self.line,
            "name": self.name,
            "tags": self.tags,
            "outcome": self.outcome,
            "seconds": round(self.seconds, 6),
            "verdicts": self.outcomes,
            "failures": [
                {
                    "step": failure.step,
                    "line": failure.line,
                    "reason": failure.reason,
                    "differences": [
                        {"what": one.what, "expected": one.expected, "actual": one.actual} for one in failure.differences
                    ],
                    "explanation": failure.explanation,
                    "stub": failure.stub,
                }
                for failure in self.failures
            ],
        }
