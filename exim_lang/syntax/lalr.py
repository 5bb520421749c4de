"""Reads text by the tables that Lark makes of a grammar.

Lark decides once what each state of an LALR parser does at each terminal; what is left is a loop over a stack. With the
loop here a program that starts need not import Lark, which takes longer than all that is done with it.

The tables (`Tables`) consist of plain tuples, dictionaries, numbers and strings, so that they can be kept in a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple, TypeAlias

END = "$END"
"""The terminal behind the text."""

Reduce: TypeAlias = Callable[[list[Any]], Any]


class Rule(NamedTuple):
    """One rule: reducing by it takes `size` values off the stack and puts one there for the symbol `origin`.

    `include` are the indexes of those that become children, each with whether its own children do instead; None: all
    as they are. With `single` one child stands for the node. `name` is that of the node, or of the method that makes it.
    """

    origin: str
    size: int
    include: tuple[tuple[int, bool], ...] | None
    single: bool
    name: str


class Tables(NamedTuple):
    """A parser: `starts` and `ends` are the first and the last state for each start rule.

    `actions` says for each state what to do at a terminal, and where to go behind a rule: to the state of that number,
    or, where it is negative, to reduce by the rule `~number`. `scanners` are regular expressions with a named group for
    each terminal, and which of these is another one if it consists of a certain text; `scanner_of` is the index of the
    one for each state, `ignored` are the terminals that are skipped.
    """

    starts: dict[str, int]
    ends: dict[str, int]
    actions: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    scanners: tuple[tuple[str, dict[str, dict[str, str]]], ...]
    scanner_of: tuple[int, ...]
    ignored: tuple[str, ...]


class Token(str):
    """The text of a terminal, and where it stands."""

    __slots__ = ("end_pos", "start_pos", "type")
    type: str
    start_pos: int
    end_pos: int

    def __new__(cls, type: str, text: str, start_pos: int, end_pos: int) -> Token:
        token = super().__new__(cls, text)
        token.type, token.start_pos, token.end_pos = type, start_pos, end_pos
        return token


class Tree:
    """A node that no method makes: the rule's name, and what it consists of."""

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Any]) -> None:
        self.data = data
        self.children = children

    def tokens(self) -> Iterator[Token]:
        """All tokens, in their order."""
        for child in self.children:
            if isinstance(child, Tree):
                yield from child.tokens()
            else:
                yield child


class Unexpected(Exception):
    """The text does not go on as the grammar says. `stack` holds the values that were read.

    `at` is the offset where reading stopped; at the end of the text, which `ended` tells, that of the last token.
    """

    def __init__(self, at: int, ended: bool, stack: list[Any]) -> None:
        super().__init__(at)
        self.at = at
        self.ended = ended
        self.stack = stack


class Parser:
    """Parses texts; the methods of `maker`, where it has one of a rule's name, make nodes of the children."""

    def __init__(self, tables: Tables, maker: object = None) -> None:
        self.tables = tables
        self.reduces = [(rule.size, rule.origin, reducer(rule, maker)) for rule in tables.rules]
        self.scanners: list[Callable[[str, int], re.Match[str] | None] | None] = [None] * len(tables.scanners)

    def scanner(self, state: int) -> Callable[[str, int], re.Match[str] | None]:
        """What finds the next terminal in a state; compiled when a text first gets there."""
        index = self.tables.scanner_of[state]
        found = self.scanners[index]
        if found is None:
            found = self.scanners[index] = re.compile(self.tables.scanners[index][0]).match
        return found

    def parse(self, text: str, start: str = "start") -> Any:
        """The node of the rule `start` for all of `text`; raises Unexpected."""
        actions, reduces, ignored = self.tables.actions, self.reduces, self.tables.ignored
        scanners, scanner_of = self.scanners, self.tables.scanner_of
        state = self.tables.starts[start]
        states = [state]
        values: list[Any] = []
        at = last = 0
        length = len(text)
        while True:
            if at < length:
                scan = scanners[scanner_of[state]] or self.scanner(state)
                match = scan(text, at)
                if match is None:
                    raise Unexpected(at, False, values)
                terminal = match.lastgroup or ""
                begin, at = at, match.end()
                if terminal in ignored:
                    continue
                others = self.tables.scanners[scanner_of[state]][1]
                if terminal in others:
                    terminal = others[terminal].get(match[0], terminal)
                token = Token(terminal, match[0], begin, at)
                last = begin
            else:
                terminal, token = END, None
            while True:
                action = actions[state].get(terminal)
                if action is None:
                    raise Unexpected(last, terminal == END, values)
                if action >= 0:
                    state = action
                    states.append(state)
                    values.append(token)
                    break
                size, origin, reduce = reduces[~action]
                if size:
                    children = values[-size:]
                    del values[-size:]
                    del states[-size:]
                    value = reduce(children)
                else:
                    value = reduce([])
                state = actions[states[-1]][origin]
                if token is None and state == self.tables.ends[start]:
                    return value
                states.append(state)
                values.append(value)


def reducer(rule: Rule, maker: object) -> Reduce:
    """What makes the value of a rule from those of its parts."""
    make: Reduce = getattr(maker, rule.name, None) or partial(Tree, rule.name)
    include, single = rule.include, rule.single
    if include is None and not single:
        return make

    def reduce(values: list[Any]) -> Any:
        if include is not None:
            children: list[Any] = []
            for index, inner in include:
                if inner:
                    children += values[index].children
                else:
                    children.append(values[index])
            values = children
        return values[0] if single and len(values) == 1 else make(values)

    return reduce
