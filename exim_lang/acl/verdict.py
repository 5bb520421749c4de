"""What running an ACL yields: the verdict, its messages, who decided it, and every step on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from exim_lang.records import dataclass, field
from exim_lang.syntax.acl_nodes import Condition, Modifier, Statement

Outcome: TypeAlias = Literal["accept", "deny", "defer", "discard", "drop", "error"]
Result: TypeAlias = Literal["ok", "fail", "defer", "discard", "drop", "error"]
"""How a condition or a whole statement ended; modifiers that did their work are "ok"."""


class Step(NamedTuple):
    """One condition or modifier that was looked at, or (`node` a Statement) how its statement ended.

    `expanded` is the argument after expansion, None where it was not expanded or the expansion failed. `result` counts
    negation in; "ignored" stands for a forced failure of the expansion. `depth` is 0 in the ACL itself, 1 in one that it calls.
    """

    node: Statement | Condition | Modifier
    acl: str
    result: Result | Literal["ignored"]
    expanded: bytes | None = None
    depth: int = 0


class Watched(list[Step]):
    """Steps that somebody is told of one by one, also of those of an ACL that does not come to its end."""

    def __init__(self, told: Callable[[Step], None]) -> None:
        super().__init__()
        self.told = told

    def append(self, step: Step) -> None:
        super().append(step)
        self.told(step)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an ACL ended.

    `user_message` goes to the client (an SMTP code at its start is still in it), `log_message` to the log; None is unset.
    `decided_by` is the statement that ended the ACL, None for the implicit deny at its end, for an empty ACL and for one
    that could not be read. `failed` is the condition whose result that was, if it was not the verb's own.
    `temporary_details` says that a temporary rejection may tell its user message to the client. `reject_logs` are the
    logs ("main", "reject", "panic") that a rejection goes to.
    """

    verdict: Outcome
    user_message: bytes | None = None
    log_message: bytes | None = None
    decided_by: Statement | None = None
    failed: Condition | Modifier | None = None
    temporary_details: bool = False
    reject_logs: tuple[str, ...] = ("main", "reject")
    steps: list[Step] = field(default_factory=list, compare=False, repr=False)
