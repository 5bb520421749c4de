"""What every part of a string came to: the evaluation as a tree, folded to the parts that were reached.

    trace = expand_traced("${if eq{$local_part}{x}{yes}{no}}", scope)
    print(trace.result)
    print("\\n".join(trace.lines()))
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand.compile import compile_tree
from exim_lang.expand.engine import Compiled, parse, span_of
from exim_lang.expand.scope import Scope
from exim_lang.records import dataclass, field
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.expansion_walk import children
from exim_lang.taint import is_tainted

WIDEST = 64  # characters of source that a line of the tree shows


@dataclass(slots=True)
class Step:
    """A part that was reached: its text, where that stands, and its value each time it was evaluated."""

    text: str
    span: Span
    values: list[bytes | bool] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: `text`, `span`, `values` (strings or booleans), `tainted`, `steps`."""
        return {
            "text": self.text,
            "span": list(self.span),
            "values": [value if isinstance(value, bool) else shown(value) for value in self.values],
            "tainted": any(not isinstance(value, bool) and is_tainted(value) for value in self.values),
            "steps": [step.as_dict() for step in self.steps],
        }


@dataclass(slots=True)
class Trace:
    """A traced expansion: its result, or the error that ended it, and its steps."""

    text: str
    result: bytes | None
    error: ExpansionError | None
    steps: list[Step]

    def lines(self) -> Iterator[str]:
        """The tree as text, one part a line."""
        for index, step in enumerate(self.steps):
            yield from drawn(step, "", index == len(self.steps) - 1)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: `text`, `result`, `error` and `steps`."""
        return {
            "text": self.text,
            "result": None if self.result is None else shown(self.result),
            "error": self.error.message if self.error else None,
            "steps": [step.as_dict() for step in self.steps],
        }


def expand_traced(text: str, scope: Scope) -> Trace:
    """Expands `text` (latin-1, one character a byte) and keeps what every part came to; expansion errors are in the result."""
    values: dict[int, list[bytes | bool]] = {}

    def note(node: object, value: object) -> None:
        values.setdefault(id(node), []).append(value)  # type: ignore[arg-type]  # the compiler gives bytes and truths

    root = parse(text)
    compiled = Compiled(*compile_tree(text, root, scope.config.dialect, traced=True))
    outer, scope.trace = scope.trace, note
    result, failure = None, None
    try:
        result = compiled.function(scope)
    except ExpansionError as error:
        failure = error
        failure.span = error.span or span_of(error.__traceback__, compiled)
    except EximLangError as error:
        error.span = error.span or span_of(error.__traceback__, compiled)
        raise
    finally:
        scope.trace = outer
    return Trace(text, result, failure, steps_of(root, text, values))


def steps_of(node: tree.Node, text: str, values: dict[int, list[bytes | bool]]) -> list[Step]:
    """The steps of what was reached below `node`."""
    found: list[Step] = []
    for child in children(node):
        inner = steps_of(child, text, values)
        known = values.get(id(child))
        if known is None:
            found += inner
        else:
            found.append(Step(text[child.span.start : child.span.end], child.span, known, inner))
    return found


def drawn(step: Step, indent: str, last: bool) -> Iterator[str]:
    source = step.text if len(step.text) <= WIDEST else step.text[: WIDEST - 1] + "…"
    yield f"{indent}{'└─' if last else '├─'} {printable(source)} = {', '.join(said(value) for value in step.values)}"
    for index, inner in enumerate(step.steps):
        yield from drawn(inner, indent + ("   " if last else "│  "), index == len(step.steps) - 1)


def said(value: bytes | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{printable(shown(value))}"{" (tainted)" if is_tainted(value) else ""}'


def shown(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """Without characters that would break a line."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
