"""Explains a verdict: the statement that decided, as it stands in the file, and the nearest ones that did not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl.verdict import Step, Verdict
from exim_lang.scenario.client import shown
from exim_lang.syntax.acl_nodes import Condition, Modifier, Statement

if TYPE_CHECKING:
    from exim_lang.scenario.client import Outcome

NEAREST = 3
LONGEST_EXCERPT = 8
_GIVES = {
    "accept": {"accept"},
    "deny": {"deny", "require"},
    "defer": {"defer"},
    "drop": {"drop"},
    "discard": {"discard"},
}


def explain(outcome: Outcome, expected: str = "") -> list[str]:
    """Lines that tell why it came as it did; `expected` is the verdict that was wanted, if one was."""
    verdict = outcome.acl
    if outcome.steps:
        return outcome.steps
    if verdict is None:
        return [f"no ACL decided: {outcome.reason}"] if outcome.reason else []
    lines = _decided(verdict, outcome)
    missed = _unmatched(verdict, expected)
    if missed:
        lines.append("nearest statements that did not match:")
        for statement, steps in missed:
            lines.append(f"  {statement.verb} at {statement.place}")
            lines += [f"    {why(step)}" for step in steps]
    return lines


def _decided(verdict: Verdict, outcome: Outcome) -> list[str]:
    statement = verdict.decided_by
    if statement is None:
        if verdict.steps:
            return [f"decided by the end of {verdict.steps[-1].acl}: implicit deny"]
        words = f": {shown(verdict.log_message)}" if verdict.log_message else ""
        return [f"no statement was reached{words}"]
    lines = [f"decided by {statement.verb} at {statement.place}", *excerpt(statement, verdict.failed)]
    if verdict.failed is not None:
        steps = [step for step in verdict.steps if step.node is verdict.failed]
        if steps:
            lines.append(f"because {why(steps[-1])}")
    if verdict.log_message and shown(verdict.log_message) != outcome.text:
        lines.append(f"for the log: {shown(verdict.log_message)}")
    return lines


def excerpt(statement: Statement, marked: Condition | Modifier | None = None) -> list[str]:
    """The physical lines of a statement with their numbers; `>` marks the one with the condition that mattered."""
    first = statement.place
    file = statement.text.piece_at(statement.span.start).file
    last = max([first.line, *(node.place.line for node in statement.conditions if node.place.file == first.file)])
    mark = marked.place.line if marked is not None and marked.place.file == first.file else 0
    numbers = list(range(first.line, last + 1))
    if len(numbers) > LONGEST_EXCERPT:
        numbers = numbers[:LONGEST_EXCERPT]
    lines = []
    for number in numbers:
        text = file.line(number).encode("latin-1").decode("utf-8", "backslashreplace").rstrip()
        lines.append(f"{'>' if number == mark else ' '} {number:5} | {text}")
    if last - first.line + 1 > LONGEST_EXCERPT:
        lines.append("        | ...")
    return lines


def _unmatched(verdict: Verdict, expected: str) -> list[tuple[Statement, list[Step]]]:
    """Statements of the ACL that were tried and passed by, those that would have given the wanted verdict first."""
    found: list[tuple[Statement, list[Step]]] = []
    pending: list[Step] = []
    for step in verdict.steps:
        if step.depth:
            continue
        if not isinstance(step.node, Statement):
            pending.append(step)
            continue
        if step.node is not verdict.decided_by and step.node.verb != "warn":
            found.append((step.node, [one for one in pending if one.result != "ok"]))
        pending = []
    passed_by = [one for one in reversed(found) if one[1]]
    wanted = _GIVES.get(expected, set())
    passed_by.sort(key=lambda one: one[0].verb not in wanted)
    return passed_by[:NEAREST]


def why(step: Step) -> str:
    """What a condition came to, in a line."""
    node = step.node
    assert not isinstance(node, Statement), "conditions have reasons"
    negated = "!" if isinstance(node, Condition) and node.negated else ""
    written = f"{negated}{node.name} = {node.argument}"
    how = {
        "fail": "does not hold",
        "defer": "could not be decided",
        "error": "failed",
        "ignored": "was ignored (forced failure)",
        "ok": "holds",
    }.get(step.result, step.result)
    text = f"{written} {how} (line {node.place.line})"
    if step.expanded is not None and step.expanded != node.argument.encode():
        text += f', it was "{shown(step.expanded)}"'
    return text
