"""Compares what came of a step with what was expected."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import UNSET

from exim_lang.errors import UsageError
from exim_lang.scenario.client import shown
from exim_lang.scenario.results import Difference
from exim_lang.scenario.schema import DecidedBy, Expectation

if TYPE_CHECKING:
    from exim_lang.expand.state import Header
    from exim_lang.scenario.client import Outcome
    from exim_lang.syntax.acl_nodes import Statement

_DECIDED_BY = re.compile(r"(?P<acl>[^:]*)(?::(?P<line>\d+))?")


def matches(pattern: str, actual: str) -> bool:
    """Whether the text is the one expected, or the regular expression between slashes is found in it."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        try:
            return re.search(pattern[1:-1], actual) is not None
        except re.error as error:
            raise UsageError(f"{pattern} is no regular expression: {error}") from error
    return pattern == actual


def differences(expected: Expectation, outcome: Outcome) -> list[Difference]:
    """All that is otherwise."""
    found: list[Difference] = []

    def compare(what: str, pattern: object, actual: str | None) -> None:
        if pattern is UNSET:
            return
        if pattern is None:
            if actual:
                found.append(Difference(what, "(nothing)", actual))
        elif actual is None or not matches(str(pattern), actual):
            found.append(Difference(what, str(pattern), "(nothing)" if actual is None else actual))

    compare("verdict", expected.verdict, outcome.verdict or "(nothing was decided)")
    if expected.code is not UNSET and not _code_matches(str(expected.code), outcome.code):
        found.append(Difference("code", str(expected.code), outcome.code or "(no reply)"))
    compare("message", expected.message, outcome.text)
    log_message = outcome.acl.log_message if outcome.acl is not None else None
    compare("log_message", expected.log_message, None if log_message is None else shown(log_message))
    for name, pattern in expected.variables.items():
        compare(f"${name}", pattern, outcome.variables.get(name))
    for name, pattern in expected.headers.items():
        found += _header_differences(name, pattern, outcome.headers)
    if isinstance(expected.recipients, list):
        actual = [] if outcome.taken is None else [shown(one) for one in outcome.taken.recipients]
        if actual != expected.recipients:
            found.append(Difference("recipients", ", ".join(expected.recipients) or "none", ", ".join(actual) or "none"))
    for pattern in expected.log:
        if not any(_line_matches(pattern, line) for line in outcome.log):
            found.append(Difference("log line", pattern, "\n".join(outcome.log) or "(nothing was logged)"))
    for kind, pattern in expected.reports.items():
        compare(kind, pattern, "\n".join(shown(report.text) for report in outcome.reports if report.kind == kind) or None)
    for pattern in expected.not_log:
        found += [Difference("log line", f"not {pattern}", line) for line in outcome.log if _line_matches(pattern, line)]
    if not isinstance(expected.decided_by, type(UNSET)):
        found += _decided_differences(expected.decided_by, outcome)
    compare("value", expected.value, outcome.value)
    compare("error", expected.error, outcome.error)
    return found


def _code_matches(pattern: str, code: str) -> bool:
    if re.fullmatch(r"[0-9x]{3}", pattern):
        pattern = f"/^{pattern.replace('x', '.')}$/"
    return matches(pattern, code)


def _line_matches(pattern: str, line: str) -> bool:
    """A log line, with or without the id of the message in front."""
    return matches(pattern, line) or matches(pattern, re.sub(r"^[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} ", "", line))


def _header_differences(name: str, pattern: str | None, headers: Sequence[Header]) -> list[Difference]:
    values = [shown(header.value).strip() for header in headers if shown(header.name).lower() == name.lower()]
    if pattern is None:
        return [Difference(f"header {name}", "(none)", value) for value in values]
    if any(matches(pattern, value) for value in values):
        return []
    return [Difference(f"header {name}", pattern, "\n".join(values) or "(none)")]


def _decided_differences(wanted: str | DecidedBy, outcome: Outcome) -> list[Difference]:
    if isinstance(wanted, str):
        parts = _DECIDED_BY.fullmatch(wanted)
        if parts is None:
            raise UsageError(f'decided_by: "{wanted}" is not ACL or ACL:LINE')
        wanted = DecidedBy(acl=parts["acl"] or UNSET, line=int(parts["line"]) if parts["line"] else UNSET)
    actual = facts_of(outcome)
    found = []
    for name in ("acl", "line", "verb", "file"):
        value = getattr(wanted, name)
        if value is UNSET:
            continue
        same = actual[name].endswith(value) if name == "file" else actual[name] == str(value)
        if not same:
            found.append(Difference(f"decided_by: {name}", str(value), actual[name] or "(no ACL)"))
    return found


def facts_of(outcome: Outcome) -> Mapping[str, str]:
    """Name of the ACL, verb, file and line of what decided, as far as there is such."""
    verdict = outcome.acl
    facts = {"acl": "", "verb": "", "file": "", "line": ""}
    if verdict is None:
        return facts
    statement: Statement | None = verdict.decided_by
    tops = [step for step in verdict.steps if step.depth == 0]
    own = [step for step in tops if step.node is statement] or tops
    if own:
        facts["acl"] = own[-1].acl.removeprefix('ACL "').removesuffix('"')
    if statement is None:
        return {**facts, "verb": "implicit"}
    place = statement.place
    return {**facts, "verb": statement.verb, "file": place.file, "line": str(place.line)}
