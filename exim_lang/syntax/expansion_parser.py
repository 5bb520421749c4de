"""Expansion strings to trees: the LALR parser, and what is kept of a string that it cannot finish."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from exim_lang.records import dataclass
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.lalr import Parser as TableParser
from exim_lang.syntax.lalr import Token, Tree, Unexpected
from exim_lang.syntax.lark import load_parser

SPACE = r"[ \t\n\v\f\r]*"
ESCAPES = {"b": b"\b", "f": b"\f", "n": b"\n", "r": b"\r", "t": b"\t", "v": b"\v"}
SHORT_HEADER = {"h": "h", "header": "h", "rh": "rh", "rheader": "rh", "bh": "bh", "bheader": "bh", "lh": "lh", "lheader": "lh"}


@dataclass(frozen=True, slots=True)
class Shapes:
    """Which names have which shape: what the grammar has to know of the registries."""

    items: frozenset[str]
    no_string: frozenset[str]
    one_string: frozenset[str]
    two_strings: frozenset[str]
    string_and_list: frozenset[str]
    wrapped: frozenset[str]
    each: frozenset[str]


def alternatives(names: Iterable[str]) -> str:
    """A regular expression for one of `names`, longest first; a word must end where the name does."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    words = [re.escape(name) for name in longest_first if name[0].isalpha()]
    signs = [re.escape(name) for name in longest_first if not name[0].isalpha()]
    return "|".join([*signs, *([f"(?:{'|'.join(words)})(?![A-Za-z0-9_])"] if words else [])])


def terminals(shapes: Shapes) -> str:
    """The lines of grammar that depend on names."""
    options = rf"(?:(?<=run)(?:,[A-Za-z0-9_]*)*|(?<=extract)[ \t\n\v\f\r]+jsons?(?={SPACE}[{{}}]))?"
    items = "|".join(sorted(shapes.items - {"sort", "certextract"}, key=lambda name: (-len(name), name)))
    item = rf"\$\{{(?:{items})(?![A-Za-z0-9_-]){options}"
    rows = {
        "IF.4": r"\$\{if(?![A-Za-z0-9_-])",
        "LOOKUP.4": r"\$\{lookup(?![A-Za-z0-9_-])",
        "FILTER.4": r"\$\{filter(?![A-Za-z0-9_-])",
        "SORT.4": r"\$\{sort(?![A-Za-z0-9_-])",
        "CERTEXTRACT.4": r"\$\{certextract(?![A-Za-z0-9_-])",
        "ITEM.4": item,
        "NO_STRING.2": SPACE + f"(?:{alternatives(shapes.no_string)})",
        "ONE_STRING.2": SPACE + f"(?:{alternatives(shapes.one_string)})",
        "TWO_STRINGS.2": SPACE + f"(?:{alternatives(shapes.two_strings)})",
        "STRING_AND_LIST.2": SPACE + f"(?:{alternatives(shapes.string_and_list)})",
        "WRAPPED.2": SPACE + f"(?:{alternatives(shapes.wrapped)})",
        "EACH.2": SPACE + f"(?:{alternatives(shapes.each)})",
        "JUNCTION.2": SPACE + r"(?:and|or)(?![A-Za-z0-9_])",
    }
    return "".join(f"{name}: /{pattern}/\n" for name, pattern in rows.items())


def literal(token: Token, value: bytes) -> tree.Literal:
    return tree.Literal(value, span_of(token))


def span_of(token: Token) -> Span:
    return Span(token.start_pos, token.end_pos)


def unescape(sequence: str) -> bytes:
    """The byte or bytes that a backslash sequence stands for."""
    follow = sequence[1:]
    if follow[0] in "01234567":
        return bytes([int(follow, 8) & 0xFF])
    if follow[0] == "x":
        return bytes([int(follow[1:], 16)]) if len(follow) > 1 else b"\0"
    return ESCAPES.get(follow, follow.encode("latin-1"))


class Build:
    """Makes nodes while the parser reduces; also used to fold what an unfinished string left on the stack."""

    def start(self, children: list[Any]) -> tree.String:
        return string_of([literal(child, b"}") if isinstance(child, Token) else child for child in children])

    def string(self, children: list[Any]) -> tree.String:
        return string_of(children)

    def text(self, children: list[Token]) -> tree.Literal:
        return literal(children[0], children[0].encode("latin-1"))

    def escape(self, children: list[Token]) -> tree.Literal:
        return literal(children[0], unescape(children[0]))

    def protected(self, children: list[Token]) -> tree.Literal:
        return literal(children[0], children[0][2:].removesuffix("\\N").encode("latin-1"))

    def variable(self, children: list[Token]) -> tree.Variable:
        return tree.Variable(str(children[0][1:]), False, span_of(children[0]))

    def braced_variable(self, children: list[Token]) -> tree.Variable:
        return tree.Variable(str(children[0][2:-1]), True, span_of(children[0]))

    def header(self, children: list[Token]) -> tree.Header:
        return header_of(children[0][1:], span_of(children[0]))

    def bad(self, children: list[Token]) -> tree.Bad:
        return tree.Bad(str(children[0]), span_of(children[0]))

    def operator(self, children: list[Any]) -> tree.Operator:
        return tree.Operator(str(children[0][2:-1]), children[1], whole(children))

    def arg(self, children: list[Any]) -> tree.String:
        inner: tree.String = children[1]
        return tree.String(inner.parts, True, Span(span_of(children[0]).end, span_of(children[2]).start))

    def raw_arg(self, children: list[Any]) -> tree.String:
        inner = string_of([raw_literal(token) for token in children[1:-1]])
        return tree.String(inner.parts, True, Span(children[0].end_pos, children[-1].start_pos))

    def name_arg(self, children: list[Any]) -> tree.String:
        """The string that `${certextract` takes for the name of a variable: where it is one, a node says so."""
        first = children[1]
        if len(children) != 3 or first.type != "VARIABLE":
            return self.raw_arg(children)
        return tree.String((self.variable([first]),), True, Span(children[0].end_pos, children[-1].start_pos))

    def item(self, children: list[Any], stop: int | None = None) -> tree.Item:
        opening: str = children[0]
        name = opening[2:].replace(",", " ", 1).split(None, 1)[0]
        return tree.Item(name, opening[len(name) + 3 :].strip(), strings(children), has_fail(children), stop, whole(children))

    def if_(self, children: list[Any], stop: int | None = None) -> tree.If:
        condition, rest = first_condition(children)
        return tree.If(condition, strings(rest), has_fail(children), stop, whole(children))

    def lookup(self, children: list[Any], stop: int | None = None) -> tree.Lookup:
        at = next((n for n, child in enumerate(children) if getattr(child, "type", "") == "LOOKUP_TYPE"), len(children))
        key = next(iter(strings(children[:at])), None)
        kind = str(children[at]).strip() if at < len(children) else ""
        return tree.Lookup(key, kind, strings(children[at:]), has_fail(children), stop, whole(children))

    def filter_(self, children: list[Any], stop: int | None = None) -> tree.Filter:
        condition, _ = first_condition(children)
        return tree.Filter(next(iter(strings(children)), None), condition, inner_span(children), stop, whole(children))

    def not_(self, children: list[Any], stop: int | None = None) -> tree.Not:
        return tree.Not(first_condition(children)[0], stop, whole(children))

    def def_(self, children: list[Token]) -> tree.Def:
        name = children[0].partition(":")[2]
        header = header_of(name, span_of(children[0])) if re.match(r"[rbl]?h(?:eader)?_", name) else None
        return tree.Def(name, header, span_of(children[0]))

    def test(self, children: list[Any], stop: int | None = None) -> tree.Test:
        return tree.Test(str(children[0]).strip(), strings(children), stop, whole(children))

    def junction(self, children: list[Any], stop: int | None = None) -> tree.Junction:
        members = tuple(child for child in children if isinstance(child, tree.Condition))
        inside = stop is not None and isinstance(children[-1], tree.Condition)
        return tree.Junction(str(children[0]).strip(), members, stop, inside, whole(children))

    def each(self, children: list[Any], stop: int | None = None) -> tree.Each:
        condition, _ = first_condition(children)
        return tree.Each(str(children[0]).strip(), next(iter(strings(children)), None), condition, stop, whole(children))


def raw_literal(token: Token) -> tree.Literal:
    match token.type:
        case "ESCAPE":
            return literal(token, unescape(token))
        case "PROTECTED":
            return literal(token, token[2:].removesuffix("\\N").encode("latin-1"))
        case _:
            return literal(token, token.encode("latin-1"))


def header_of(spelling: str, span: Span) -> tree.Header:
    prefix, _, name = spelling.partition("_")
    return tree.Header(SHORT_HEADER[prefix], name.removesuffix(":"), name.endswith(":"), span)


def string_of(parts: Sequence[tree.Part], closed: bool = True) -> tree.String:
    """A string of `parts`, neighbouring literals joined."""
    joined: list[tree.Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, tree.Literal) and not part.value:
            continue
        if isinstance(part, tree.Literal) and isinstance(last, tree.Literal):
            joined[-1] = tree.Literal(last.value + part.value, Span(last.span.start, part.span.end))
        else:
            joined.append(part)
    span = Span(joined[0].span.start, joined[-1].span.end) if joined else tree.NOWHERE
    return tree.String(tuple(joined), closed, span)


def strings(children: Sequence[Any]) -> tuple[tree.String, ...]:
    return tuple(child for child in children if isinstance(child, tree.String))


def has_fail(children: Sequence[Any]) -> bool:
    return any(isinstance(child, Token) and child.type == "FAIL" for child in children)


def first_condition(children: Sequence[Any]) -> tuple[tree.Condition | None, Sequence[Any]]:
    """The first condition among `children`, and what stands behind it."""
    for index, child in enumerate(children):
        if isinstance(child, tree.Condition):
            return child, children[index + 1 :]
    return None, ()


def inner_span(children: Sequence[Any]) -> Span:
    opens = [span_of(child).end for child in children if isinstance(child, Token) and child.type == "OPEN"]
    closes = [span_of(child).start for child in children if isinstance(child, Token) and child.type == "CLOSE"]
    return Span(opens[-1], closes[0]) if opens and closes else tree.NOWHERE


def end_of(child: Any) -> int:
    """Where `child` ends; the "}" behind a string belongs to it."""
    end: int = span_of(child).end if isinstance(child, Token) else child.span.end
    return end + 1 if isinstance(child, tree.String) and child.closed else end


def whole(children: Sequence[Any]) -> Span:
    first: Token = children[0]
    return Span(span_of(first).start + len(first) - len(first.lstrip()), end_of(children[-1]))


class Parser:
    """Parses strings whose names have the given shapes."""

    def __init__(self, shapes: Shapes) -> None:
        self.build = Build()
        self.parser: TableParser = load_parser("expansion", terminals(shapes), maker=self.build)

    def parse(self, text: str) -> tree.String:
        """The tree of `text` (latin-1, one character a byte); never fails, see `exim_lang.syntax.expansion`."""
        try:
            result: Any = self.parser.parse(text)
        except Unexpected as stopped:
            return Rebuild(self.build, text, stop_of(stopped, text)).fold(flat(stopped.stack))
        root: tree.String = result
        return root


def stop_of(error: Unexpected, text: str) -> int:
    """The offset at which the parser gave up, white space before it included in what it had read."""
    if error.ended:
        return len(text)
    at = error.at
    while at < len(text) and text[at] in " \t\n\v\f\r":
        at += 1
    return at


def flat(values: Iterable[Any]) -> list[Any]:
    """Nodes and tokens in the order of the text; the parser keeps those of a repetition in a tree of its own."""
    result: list[Any] = []
    for value in values:
        if isinstance(value, Tree):
            result += flat(value.children)
        elif isinstance(value, list):
            result += flat(value)
        else:
            result.append(value)
    return result


class Rebuild:
    """Folds what the parser had read when it stopped into unfinished nodes, innermost first."""

    def __init__(self, build: Build, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.build = make = build
        self.makers: dict[str, Callable[..., Any]] = {
            "ITEM": make.item, "SORT": make.item, "CERTEXTRACT": make.item,
            "IF": make.if_, "LOOKUP": make.lookup, "FILTER": make.filter_, "NOT": make.not_,
            "JUNCTION": make.junction, "EACH": make.each,
            "ONE_STRING": make.test, "TWO_STRINGS": make.test, "STRING_AND_LIST": make.test, "WRAPPED": make.test,
        }  # fmt: skip

    def fold(self, values: list[Any]) -> tree.String:
        """The unfinished string whose completed parts, in order, are `values`."""
        return self.read(list(reversed(values)), top=True)

    def read(self, values: list[Any], top: bool = False) -> tree.String:
        """The parts of a string; `values` is a stack with the next one last."""
        parts: list[tree.Part] = []
        while values:
            value = values.pop()
            if not isinstance(value, Token):
                parts.append(value)
            elif value.type == "OPERATOR":
                operand = self.read(values)
                parts.append(tree.Operator(str(value[2:-1]), operand, Span(value.start_pos, self.at)))
            elif value.type == "RBRACE" and not top:
                inner, end = string_of(parts), value.start_pos
                return tree.String(inner.parts, True, Span(inner.span.start if inner.parts else end, end))
            elif value.type == "RBRACE":
                parts.append(literal(value, b"}"))
            elif value.type in self.makers:
                parts.append(self.unfinished(value, values))
            else:
                parts.append(self.leaf(value))
        inner = string_of(parts)
        return tree.String(inner.parts, top, inner.span)

    def leaf(self, token: Token) -> tree.Part:
        return raw_literal(token)

    def unfinished(self, opener: Token, values: list[Any]) -> Any:
        """The node that `opener` began, with all of the stack that belongs to it."""
        children: list[Any] = [opener]
        while values and not complete(children):
            value = values.pop()
            if not isinstance(value, Token):
                children.append(value)
            elif value.type in ("DEF", "NO_STRING"):
                children.append(self.leaf_condition(value))
            elif value.type in self.makers:
                children.append(self.unfinished(value, values))
            elif value.type == "OPEN" and self.opens_string(opener, children):
                children.append(self.argument(value, values))
            else:
                children.append(value)
        if self.expects_condition(children):
            children.append(tree.Nothing(self.at, Span(self.at, self.at)))
        return self.makers[opener.type](children, None if complete(children) else self.at)

    def argument(self, opening: Token, values: list[Any]) -> tree.String:
        """The string behind an "{": one whose "}" was read, or the rest of the stack."""
        if len(values) > 1 and isinstance(values[-1], tree.String):
            closing = values[-2]
            return self.build.arg([opening, values.pop(), values.pop()]) if closing.type == "RBRACE" else self.read(values)
        return self.read(values)

    def leaf_condition(self, token: Token) -> tree.Condition:
        return self.build.def_([token]) if token.type == "DEF" else self.build.test([token])

    def opens_string(self, opener: Token, children: list[Any]) -> bool:
        """Whether "{" here opens a string, and not a condition or the wrapping of several."""
        complete = len(strings(children))
        match opener.type:
            case "FILTER" | "EACH":
                return complete == 0
            case "JUNCTION":
                return False
            case "WRAPPED":
                return any(isinstance(child, Token) and child.type == "OPEN" for child in children[1:])
            case _:
                return True

    def expects_condition(self, children: list[Any]) -> bool:
        """Whether reading stopped where a condition should begin."""
        last = children[-1]
        if not isinstance(last, Token):
            return False
        match children[0].type:
            case "IF" | "NOT":
                return len(children) == 1
            case "FILTER" | "EACH":
                return last.type == "OPEN"
            case "JUNCTION":
                opens = [child for child in children if isinstance(child, Token) and child.type == "OPEN"]
                return last.type == "OPEN" and len(opens) > 1
            case _:
                return False


def complete(children: Sequence[Any]) -> bool:
    """Whether the condition that `children[0]` began has all its parts; items are never here when they do."""
    last = children[-1]
    closed = isinstance(last, Token) and last.type == "CLOSE"
    match children[0].type:
        case "ONE_STRING":
            return len(strings(children)) == 1 and strings(children)[0].closed
        case "TWO_STRINGS" | "STRING_AND_LIST":
            return len(strings(children)) == 2 and strings(children)[1].closed
        case "NOT":
            return isinstance(last, tree.Condition) and getattr(last, "stop", None) is None
        case "EACH":
            return closed
        case "JUNCTION" | "WRAPPED":
            kinds = [child.type for child in children if isinstance(child, Token)]
            return closed and kinds.count("OPEN") == kinds.count("CLOSE")
        case _:
            return False
