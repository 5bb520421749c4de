"""Python source as it is being written: lines with the characters of the string they come from, and named constants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from exim_lang.records import dataclass, field
from exim_lang.source.text import Span

DEEPEST = 12  # Python allows 100 levels of indentation and 20 nested blocks; deeper parts become functions of their own


@dataclass(frozen=True, slots=True)
class Value:
    """A Python expression for a value that has been computed: a name or a bytes constant.

    `trusted` says that it is known not to be tainted, `constant` holds its bytes when they are known.
    """

    code: str
    trusted: bool = False
    constant: bytes | None = None


def constant(value: bytes) -> Value:
    return Value(repr(value), True, value)


@dataclass(slots=True)
class Body:
    """The lines of one function; `depth` is how far the next one is indented."""

    name: str
    lines: list[str] = field(default_factory=list)
    spans: list[Span | None] = field(default_factory=list)
    depth: int = 1


class Emitter:
    """Collects functions `def NAME(s)` and the objects that their code refers to."""

    def __init__(self) -> None:
        self.globals: dict[str, Any] = {}
        self.bodies: list[Body] = []
        self.body = Body("expand")
        self._names: dict[int, str] = {}
        self._keep: list[Any] = []
        self._count = 0

    def line(self, code: str, span: Span | None = None) -> None:
        self.body.lines.append("    " * self.body.depth + code)
        self.body.spans.append(span)

    def fresh(self, prefix: str = "t") -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def object(self, thing: Any, hint: str = "k") -> str:
        """The name under which the code can use `thing`."""
        name = self._names.get(id(thing))
        if name is None:
            name = self._names[id(thing)] = self.fresh(hint)
            self._keep.append(thing)
            self.globals[name] = thing
        return name

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Indents what is written inside below `head`."""
        self.line(head)
        before = len(self.body.lines)
        self.body.depth += 1
        yield
        if len(self.body.lines) == before:
            self.line("pass")
        self.body.depth -= 1

    @contextmanager
    def function(self, name: str) -> Iterator[None]:
        """Writes what is inside into a function of its own."""
        outer = self.body
        self.body = Body(name)
        yield
        self.bodies.append(self.body)
        self.body = outer

    @property
    def too_deep(self) -> bool:
        return self.body.depth > DEEPEST

    def source(self) -> tuple[str, list[Span | None]]:
        """The whole source, and for each of its lines the characters it comes from."""
        lines: list[str] = []
        spans: list[Span | None] = []
        for body in [*self.bodies, self.body]:
            lines += [f"def {body.name}(s):", "    ov = s.variables", *body.lines]
            spans += [None, None, *body.spans]
        return "\n".join(lines) + "\n", spans
