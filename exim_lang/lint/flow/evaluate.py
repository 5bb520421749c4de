"""Works out the taint of expansions: the expander of Exim with classes in the place of values.

`$value`, `$item` and `$1` have their scopes as in Exim. Conditions do not change what branches give, except for these.
Numbers that nobody can know (which branch of `${if`) do not matter: the result is the worst of all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, assert_never

from exim_lang.lint.finding import Note
from exim_lang.lint.flow.sources import (
    ANYWHERE,
    CONTEXT,
    STORED,
    TRUSTED_BY_EXIM,
    WORDS,
    is_source,
)
from exim_lang.lint.flow.tables import CLEARING, PROGRAMS, quoter_of, type_of
from exim_lang.lint.flow.taint import CLEAN, Level, Taint, join, outside
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use
    from exim_lang.model.dialect import Dialect

Scope = Mapping[str, Taint]
"""What `$value`, `$item` and the numbers are inside an item."""

Stored = Callable[[str, Note], Taint]
"""What is in a variable that the configuration sets, given where it is asked for."""

EMPTY: Final[Scope] = {}
_NO_FROM: Final = re.compile(r"\s*select\b(?!.*\bfrom\b)", re.IGNORECASE | re.DOTALL)
_MATCHES: Final = ("match_address", "match_domain", "match_ip", "match_local_part", "inlist", "inlisti")


class Evaluator:
    """Works out one value in one context; `known` keeps what it found for each node, by identity."""

    def __init__(self, use: Use, dialect: Dialect, stages: frozenset[str] = ANYWHERE, stored: Stored | None = None) -> None:
        self.use = use
        self.dialect = dialect
        self.stages = stages
        self.stored = stored
        self.known: dict[int, Taint] = {}

    def note(self, span: Span, message: str) -> Note:
        """A step of a way."""
        return Note(message, self.use.text, span)

    def all(self, strings: Iterable[tree.String], scope: Scope) -> Taint:
        """The worst of several strings."""
        return join([self.string(string, scope) for string in strings])

    def string(self, string: tree.String | None, scope: Scope = EMPTY) -> Taint:
        """The class of a string: that of its parts, joined."""
        if string is None:
            return CLEAN
        value = join([self.part(part, scope) for part in string.parts])
        return self.keep(string, value)

    def keep(self, node: tree.Node, value: Taint) -> Taint:
        """Remembers what a node is; one that is met again is the worse of both."""
        old = self.known.get(id(node))
        self.known[id(node)] = value if old is None else join((old, value))
        return value

    def part(self, part: tree.Part, scope: Scope) -> Taint:
        """The class of a part."""
        match part:
            case tree.Literal() | tree.Bad():
                return CLEAN
            case tree.Variable():
                value = self.variable(part, scope)
            case tree.Header():
                value = self.header(part)
            case tree.Operator():
                value = self.operator(part, scope)
            case tree.If():
                value = self.branches(part, {**scope, **self.condition(part.condition, scope)})
            case tree.Lookup():
                value = self.lookup(part, scope)
            case tree.Filter():
                value = self.string(part.items, scope)
                self.condition(part.condition, {**scope, "item": value})
                value = value.after("filter")
            case tree.Item():
                value = self.item(part, scope)
            case _:
                assert_never(part)
        return self.keep(part, value)

    def variable(self, node: tree.Variable, scope: Scope) -> Taint:
        """The class of `$name`."""
        name = node.name
        if name in scope:
            return scope[name]
        if is_source(name, self.stages):
            return outside(f"${name}", self.note(node.span, _words(name)))
        if name in TRUSTED_BY_EXIM:
            return outside(f"${name}", self.note(node.span, f"${name} comes from outside"), Level.UNTAINTED)
        if self.stored is not None and (name in CONTEXT or STORED.fullmatch(name)):
            return self.stored(name, self.note(node.span, f"${name} is used here"))
        return CLEAN

    def header(self, node: tree.Header) -> Taint:
        """The class of `$h_name:`; where there are no header lines yet, what it would be if there were."""
        name = f"${node.style}_{node.name}:"
        return outside(name, self.note(node.span, f"{name} is what the sender wrote"))

    def operator(self, node: tree.Operator, scope: Scope) -> Taint:
        """The class of `${name:operand}`."""
        value = self.string(node.operand, scope)
        word = node.name.partition("_")[0]
        if node.name in CLEARING or word in CLEARING:
            return CLEAN
        quoter = quoter_of(node.name)
        if quoter:
            return value.quoted(quoter, node.name)
        step = node.name if word in ("quote", "rfc2047", "utf8") else word
        return value.after(step, self.note(node.span, f"${{{node.name}:...}} keeps the taint"))

    def branches(self, node: tree.If | tree.Lookup | tree.Item, scope: Scope, first: int = 0) -> Taint:
        """The strings behind a condition: `{yes}{no}`."""
        return self.all(node.arguments[first:], scope)

    def lookup(self, node: tree.Lookup, scope: Scope) -> Taint:
        """The class of `${lookup...}`: what was found, or what the strings behind it make of it."""
        key = self.string(node.key, scope)
        where = self.string(node.arguments[0], scope) if node.arguments else CLEAN
        value = self.found(node, key if node.key is not None else where)
        inner = {**scope, "value": value}
        if node.type.startswith("partial"):
            inner |= {"0": key, "1": key, "2": key}
        if len(node.arguments) < 2:
            return value
        return self.branches(node, inner, 1)

    def found(self, node: tree.Lookup, asked: Taint) -> Taint:
        """What a lookup gives; nearly always it is taken for clean."""
        type = type_of(node.type)
        if type == "dnsdb":
            return outside("the DNS", self.note(node.span, "what the DNS answers"))
        if type in ("dbm", "dbmjz", "dbmnz") and self.dialect.version == (4, 99):
            return Taint(Level.TAINTED, source=f"what {type} finds", path=(self.note(node.span, "4.99 taints data of dbm"),))
        if type in ("testdb", "testdb2", "testdb_nq"):
            return asked
        if type == "readsock":
            return asked.through("${lookup readsock}", self.note(node.span, "Exim trusts what a socket answers"))
        if node.key is None and asked.outside and _NO_FROM.match(self.use.source(node.arguments[0].span)):
            return asked.through("SELECT without FROM", self.note(node.span, "the server gives back what it was given"))
        return CLEAN

    def condition(self, node: tree.Condition | None, scope: Scope) -> dict[str, Taint]:
        """Looks into a condition; returns what `$value` and the numbers are when it is true."""
        match node:
            case None | tree.Nothing():
                return {}
            case tree.Def():
                if node.header is not None:
                    self.part(node.header, scope)
                return {}
            case tree.Not():
                self.condition(node.condition, scope)
                return {}
            case tree.Junction():
                found: dict[str, Taint] = {}
                for member in node.members:
                    found |= self.condition(member, {**scope, **found})
                return found
            case tree.Each():
                items = self.string(node.items, scope)
                self.condition(node.condition, {**scope, "item": items})
                return {"value": items}
            case tree.Test():
                values = [self.string(argument, scope) for argument in node.arguments]
                return self.matched(node, values)
            case _:
                assert_never(node)

    def matched(self, node: tree.Test, values: list[Taint]) -> dict[str, Taint]:
        """What a condition leaves behind."""
        if node.name == "match" and values:
            part = values[0].after("if", self.note(node.span, "what match captures is as tainted as what it looked at"))
            return {str(number): part for number in range(10)}
        if node.name in _MATCHES and len(values) > 1:
            return {"value": values[1]}
        return {}

    def item(self, node: tree.Item, scope: Scope) -> Taint:
        """The class of `${name{..}..}`."""
        from exim_lang.lint.flow.items import item

        return item(self, node, scope)

    def acl_result(self, name: tree.String, node: tree.Item) -> Taint:
        """What `${acl{name}}` gives: the message of the ACL."""
        if self.stored is None:
            return CLEAN
        called = b"".join(part.value for part in name.parts if isinstance(part, tree.Literal)).decode("latin-1").strip()
        return self.stored(f"acl {called}", self.note(node.span, f"the message of the ACL {called}"))

    def through_program(self, node: tree.Item, values: list[Taint]) -> Taint:
        """What a program or a socket answers."""
        name = PROGRAMS[node.name]
        note = self.note(node.span, f"Exim trusts what {name} gives, whatever it was given")
        return join(values).through(name, note)


def _words(name: str) -> str:
    return f"${name} is {WORDS[name]}" if name in WORDS else f"${name} comes from outside"

