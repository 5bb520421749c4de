"""From the tree of a string to a Python function that expands it (specification chapter 11).

The function is compiled once per distinct text and run against a Scope. Whatever a part reads or sets it does in the
order in which Exim would, because the parts of a string can depend on each other. Where Exim would give up reading, the
function raises the error that Exim reports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import assert_never

from exim_lang.errors import ExpansionError
from exim_lang.expand import dynamic_variables, runtime
from exim_lang.expand.compile_conditions import if_item
from exim_lang.expand.compile_items import filter_item, item, lookup, write_active
from exim_lang.expand.constants import folded, prepared
from exim_lang.expand.emitter import Emitter, Value, constant
from exim_lang.expand.fault import Fault
from exim_lang.expand.faults import Faults
from exim_lang.expand.names import find_operator, is_numeric
from exim_lang.expand.registry import VARIABLES
from exim_lang.expand.scope import Scope
from exim_lang.expand.steady import is_worth_keeping
from exim_lang.expand.unread import certificate_of
from exim_lang.model.dialect import Dialect
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.taint import like

OF_CERTIFICATES = ("base64", "md5", "sha1", "sha256")  # operators that take the name of a certificate variable

Compiled = Callable[[Scope], bytes]


MOST_ACTIVE = 16
"""Exim evaluates a loop inside a loop inside a loop ... twice as often with each level; behind so many that is left out."""


class Writer:
    """Writes the code for one string."""

    def __init__(self, text: str, root: tree.String, dialect: Dialect, traced: bool = False) -> None:
        self.text = text
        self.traced = traced
        self.dialect = dialect
        self.faults = Faults(text, root, dialect)
        self.out = Emitter()
        self.written_active = 0  # parts that are evaluated although they are only read

    def string(self, node: tree.String) -> Value:
        """The value of the parts, joined."""
        if self.out.too_deep and any(not isinstance(part, tree.Literal | tree.Variable) for part in node.parts):
            return self.outlined(node)
        values = [self.part(part) for part in node.parts]
        if not node.closed:
            self.fail(self.faults.unclosed(node))
        value = self.join(until_nul(values), node.span)
        norm = any(isinstance(part, tree.Operator) and part.name.partition("_")[0] == "ipv6norm" for part in node.parts)
        if norm and self.dialect.version < (4, 97):
            return self.assign(f"{self.out.object(until_zero, 'until_zero_')}({value.code})", node.span, value.trusted)
        return value

    def outlined(self, node: tree.String) -> Value:
        name = self.out.fresh("f")
        with self.out.function(name):
            value = self.string(node)
            self.out.line(f"return {value.code}")
        result = self.out.fresh()
        self.out.line(f"{result} = {name}(s)", node.span)
        return Value(result, value.trusted)

    def join(self, values: Sequence[Value], span: Span) -> Value:
        values = merged(values)
        if not values:
            return constant(b"")
        if len(values) == 1:
            return values[0]
        result = self.out.fresh()
        self.out.line(f"{result} = b''.join(({', '.join(value.code for value in values)}))", span)
        doubtful = list(dict.fromkeys(value.code for value in values if not value.trusted))
        if doubtful:
            self.out.line(f"if {' or '.join(f'{code}.__class__ is not bytes' for code in doubtful)}:")
            self.out.line(f"    {result} = class_of(({', '.join(doubtful)},))({result})")
        return Value(result, not doubtful)

    def note(self, node: tree.Node, code: str) -> None:
        """Tells the trace, when there is one, what `node` came to."""
        if self.traced:
            self.out.line(f"s.trace({self.out.object(node, 'node')}, {code})")

    def part(self, node: tree.Part) -> Value:
        if self.traced or not is_worth_keeping(node, self.dialect):
            value = self.write_part(node)
        else:
            value = self.kept(node)
        if not isinstance(node, tree.Literal | tree.Bad):
            self.note(node, value.code)
        return value

    def kept(self, node: tree.Part) -> Value:
        """The value of a steady part, which is found once, unless variables are set by name: `$item` may be among them."""
        place = self.out.object([], "kept")
        result = self.out.fresh()
        with self.out.block(f"if {place} and not ov:"):
            self.out.line(f"{result} = {place}[0]")
        with self.out.block("else:"):
            value = self.write_part(node)
            self.out.line(f"{result} = {value.code}")
            with self.out.block("if not ov:"):
                self.out.line(f"{place}.append({result})")
        return Value(result, value.trusted)

    def write_part(self, node: tree.Part) -> Value:
        match node:
            case tree.Literal():
                return constant(node.value)
            case tree.Variable():
                return self.variable(node)
            case tree.Header():
                return self.assign(f"header(s, {node.style!r}, {node.name!r})", node.span)
            case tree.Operator():
                return self.operator(node)
            case tree.Bad():
                return self.fail(self.faults.bad(node))
            case tree.If():
                return if_item(self, node)
            case tree.Lookup():
                return lookup(self, node)
            case tree.Filter():
                return filter_item(self, node)
            case tree.Item():
                return item(self, node)
            case _:
                assert_never(node)

    def assign(self, code: str, span: Span, trusted: bool = False) -> Value:
        name = self.out.fresh()
        self.out.line(f"{name} = {code}", span)
        return Value(name, trusted)

    def fail(self, fault: Fault) -> Value:
        """Raises the error of `fault` when the code gets there; the value is never used."""
        self.out.line(f"fail({self.out.object(fault, 'fault')})", fault.span)
        return constant(b"")

    def skip(self, node: tree.Node) -> None:
        """What reading `node` without expanding it does: nothing, or fail."""
        if fault := self.read(node):
            self.fail(fault)

    def read(self, node: tree.Node, where: str = "") -> Fault | None:
        """Writes what Exim does while it reads `node`, and returns what is wrong with it; `where` is added to errors."""
        outer, self.faults.active = self.faults.active, []
        fault = self.faults.first_inside(node, where)
        found, self.faults.active = self.faults.active, outer
        for each in found:
            self.written_active += 1
            if self.written_active <= MOST_ACTIVE:
                write_active(self, each)
        return fault

    def fail_without_filter(self, fault: Fault | None) -> None:
        """Raises the error of `fault`, if it is one, when no filter runs."""
        if fault:
            with self.out.block("if s.process.filter_counters is None:"):
                self.fail(fault)

    def variable(self, node: tree.Variable) -> Value:
        name = node.name
        fault = self.faults.variable(node)
        if fault:
            return self.fail(fault)
        self.fail_without_filter(self.faults.counter(node))
        return self.assign(self.variable_code(name), node.span)

    def variable_code(self, name: str, missing: str = "b''") -> str:
        if is_numeric(name):
            number = int(name[:9])
            return f"(s.numeric[{number}] if len(s.numeric) > {number} else None) or {missing}"
        if name == "value":
            found = "s.value"
        elif name == "item":
            found = "s.item"
        elif dynamic_variables.is_dynamic(name):
            found = f"{self.out.object(dynamic_variables.reader(name), 'v_')}(s)"
        else:
            entry = VARIABLES[name]
            found = f"s.{entry.path}" if entry.path else f"{self.out.object(entry.function, f'v_{name}_')}(s)"
        return f"(ov[{name!r}] if ov and {name!r} in ov else {found}) or {missing}"

    def operator(self, node: tree.Operator) -> Value:
        if node.name.partition("_")[0] in OF_CERTIFICATES and (fault := self.faults.as_certificate(node)):
            return self.fail(fault)
        operand = self.string(node.operand)
        if node.name.partition("_")[0] in OF_CERTIFICATES and (name := certificate_of(node.operand, self.text)):
            # without a certificate Exim goes on with the name
            operand = self.assign(f"{operand.code} or {name.encode('ascii')!r}", node.span)
        fault = self.faults.unknown_operator(node)
        if fault or not node.operand.closed:
            return self.fail(fault) if fault else constant(b"")
        entry, argument = find_operator(node.name, self.dialect)
        assert entry is not None
        extra = (argument,) if entry.argument else ()
        known = None if entry.scope or (extra and argument is None) else folded(entry.function, (operand.constant, *extra))
        if known is not None:
            return known
        call, short = prepared(entry.function, entry.prepare, (None, *extra))
        function = self.out.object(call, f"op_{entry.name}_")
        words = [*(["s"] if entry.scope else []), operand.code, *(repr(word) for word in extra if not short or word is None)]
        result = self.assign(f"{function}({', '.join(words)})", node.span, entry.taint == "clears" or operand.trusted)
        if entry.taint == "own":
            return Value(result.code)
        if entry.taint == "keeps" and not operand.trusted:
            self.out.line(f"if {operand.code}.__class__ is not bytes:")
            self.out.line(f"    {result.code} = {operand.code}.__class__({result.code})")
        return result


def merged(values: Sequence[Value]) -> list[Value]:
    """The values without empty ones, constants that follow one another made one."""
    result: list[Value] = []
    for value in values:
        if value.constant is not None and result and result[-1].constant is not None:
            result[-1] = constant(result[-1].constant + value.constant)
        elif value.constant != b"":
            result.append(value)
    return result


def until_zero(value: bytes) -> bytes:
    """The value up to its first binary zero."""
    return like(value.partition(b"\0")[0], value)


def until_nul(values: list[Value]) -> list[Value]:
    """The values up to a binary zero in a literal, where Exim's strings end; what follows is expanded for nothing."""
    for index, value in enumerate(values):
        if value.constant is not None and b"\0" in value.constant:
            return [*values[:index], constant(value.constant.partition(b"\0")[0])]
    return values


def compile_tree(
    text: str, root: tree.String, dialect: Dialect, traced: bool = False
) -> tuple[Compiled, list[Span | None], str]:
    """A function that expands `root`, the tree of `text`; the span of each line of its code; and the code itself.

    A traced function tells `scope.trace` what each part came to.
    """
    writer = Writer(text, root, dialect, traced)
    try:
        value = writer.string(root)
    except RecursionError as error:
        raise ExpansionError("string is nested too deeply to be expanded", root.span) from error
    writer.out.line(f"return {value.code}")
    code, spans = writer.out.source()
    names = runtime.NAMES | writer.out.globals
    exec(compile(code, "<expansion>", "exec"), names)
    return names["expand"], spans, code
