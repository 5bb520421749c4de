"""Reading access control lists, and writing them again (specification chapter 44.17).

The `begin acl` section is a sequence of logical lines: `name:` starts an ACL, a verb a statement, everything else continues
one. All mistakes are collected, in Exim's words and at Exim's line numbers; a line that is wrong is left
out of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Protocol, cast

from exim_lang.errors import Problem
from exim_lang.records import dataclass, field
from exim_lang.source.text import SPACE, Span, Text, after_space
from exim_lang.syntax.acl_errors import find_error
from exim_lang.syntax.acl_names import AclNames, acl_names
from exim_lang.syntax.acl_nodes import VERBS, Acl, Condition, Modifier, Statement, Verb
from exim_lang.syntax.lalr import Parser, Token, Tree, Unexpected
from exim_lang.syntax.lark import load_parser
from exim_lang.syntax.words import LONGEST_NAME, name_too_long_error, read_name


class Line(Protocol):
    """A logical line: its text and where Exim says that an error in it is."""

    @property
    def text(self) -> Text: ...
    @property
    def exim_file(self) -> str: ...
    @property
    def exim_line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class InlineLine:
    """A logical line of an ACL that is no part of the configuration's ACL section."""

    text: Text
    exim_file: str
    exim_line: int


def parse_acl(lines: Sequence[Line], names: AclNames | None = None) -> tuple[tuple[Acl, ...], list[Problem]]:
    """The ACLs of the logical lines of a `begin acl` section.

    `names` are the conditions and modifiers that the dialect knows, by default those of the newest Exim with every
    feature. Of two ACLs with the same name both are returned, the first being the one that counts.
    """
    builder = _Builder(names or acl_names(), section=True)
    for line in lines:
        builder.add(line)
    return tuple(builder.finish()), builder.problems


def parse_inline(
    text: Text, names: AclNames | None = None, *, exim_file: str = "", exim_line: int = 0
) -> tuple[Acl, list[Problem]]:
    """The ACL that stands in `text` itself: the value of `acl_smtp_vrfy = accept`, or the content of a file.

    Exim stops without a word at a line that would start another ACL. `exim_file` and `exim_line` are the place
    that its trace and its errors name: the end of the configuration.
    """
    builder = _Builder(names or acl_names(), section=False)
    builder.start(Acl("", text=text, span=Span(0, len(text))))
    for line in inline_lines(text):
        if builder.add(InlineLine(line, exim_file, exim_line)) is False:
            break
    (acl,) = builder.finish()
    return acl, builder.problems


def inline_lines(text: Text) -> list[Text]:
    """The logical lines of an ACL given inline or as a file: without blank lines, comments and continuations."""
    lines: list[Text] = []
    string = text.string
    at = after_space(string, 0)
    while at < len(string):
        end = _line_end(string, at)
        if string[at] == "#":
            at = after_space(string, end)
            continue
        line = text.slice(at, end)
        while end < len(string) and line.string.rstrip(SPACE).endswith("\\"):
            line = line.slice(0, len(line.string.rstrip(SPACE)) - 1)
            start = _after_spaces(string, end + 1)
            while start < len(string) and string[start] == "#":
                start = _after_spaces(string, _line_end(string, start) + 1)
            end = _line_end(string, start)
            line = line + text.slice(start, end)
        lines.append(line)
        at = after_space(string, end)
    return lines


def unparse(acls: Iterable[Acl] | Acl) -> str:
    """The ACLs as configuration text, from which the same ACLs are read again."""
    if isinstance(acls, Acl):
        acls = (acls,)
    return "\n".join(_unparse_acl(acl) for acl in acls)


def _unparse_acl(acl: Acl) -> str:
    lines = []
    if acl.name:
        lines.append(f"{acl.name}: {acl.ignored}".rstrip(SPACE))
    for statement in acl.statements:
        items = [_unparse_item(item) for item in statement.conditions]
        lines.append(f"  {statement.verb:7} {items[0]}" if items else f"  {statement.verb}")
        lines.extend(f"{'':10}{item}" for item in items[1:])
    return "\n".join(lines) + "\n"


def _unparse_item(item: Condition | Modifier) -> str:
    if isinstance(item, Condition):
        return f"{'!' if item.negated else ''}{item.name} = {item.argument}"
    if item.name == "endpass":
        return f"endpass {item.argument}" if item.argument.string else "endpass"
    return f"{item.name} {item.variable} = {item.argument}" if item.variable else f"{item.name} = {item.argument}"


def _line_end(string: str, start: int) -> int:
    end = string.find("\n", start)
    return len(string) if end == -1 else end


def _after_spaces(string: str, start: int) -> int:
    while start < len(string) and string[start] in " \t":
        start += 1
    return min(start, len(string))


@cache
def _parser() -> Parser:
    return load_parser("acl")


@dataclass(slots=True)
class _Builder:
    """Puts lines together to statements and statements to ACLs; knows where it is as Exim does."""

    names: AclNames
    section: bool
    problems: list[Problem] = field(default_factory=list)
    acls: list[Acl] = field(default_factory=list)
    current: Acl | None = None
    statements: list[Statement] = field(default_factory=list)
    statement: Statement | None = None
    conditions: list[Condition | Modifier] = field(default_factory=list)
    astray: bool = False
    """Behind a mistake that makes the next lines wrong, too, until a verb or an ACL starts."""

    def start(self, acl: Acl) -> None:
        self._end_acl()
        self.current = acl
        self.astray = False

    def finish(self) -> list[Acl]:
        self._end_acl()
        return self.acls

    def add(self, line: Line) -> bool:
        """Takes one logical line; False for one that ends an ACL which is not part of the section."""
        string = line.text.string
        if self._too_long(line):
            return True
        try:
            tree = _parser().parse(string)
        except Unexpected:
            return self._wrong(line)
        head = tree.children[0] if tree.data == "start" else tree
        assert isinstance(head, Tree), "every alternative of the start rule is a tree"
        if head.data in ("acl_name", "macro"):
            if self.section and head.data == "acl_name":
                self._name(line, cast("list[Token]", head.children))
            elif self.section:
                self._end_acl()
                self.astray = False
            return self.section
        if self.current is None:
            self._nameless(line)
            return True
        verb = head.children[0] if isinstance(head.children[0], Token) else None
        item = head.children[-1] if isinstance(head.children[-1], Tree) else None
        if item is not None and not self._acceptable(verb, item):
            return self._wrong(line)
        if verb is not None:
            self._end_statement()
            self.statement = Statement(
                cast(Verb, str(verb)), (), line.text, _span(verb), line.exim_file, line.exim_line
            )
            self.astray = False
        elif self.statement is None:
            return self._wrong(line)
        if item is not None:
            self.conditions.append(_item(line.text, item, self.names))
        return True

    def _acceptable(self, verb: Token | None, item: Tree) -> bool:
        """Whether the names of a line with the right shape are right as well."""
        current = str(verb) if verb is not None else self.statement.verb if self.statement else None
        if item.data == "endpass":
            return current in ("accept", "discard")
        if item.data == "set_":
            return current is not None
        negated = len(item.children) > 1 and item.children[0] == "!"
        name = str(item.children[1 if negated else 0])
        return self.names.has_condition(name) or (name in self.names.modifiers and not negated and name != "set")

    def _name(self, line: Line, tokens: list[Token]) -> None:
        name = str(tokens[0])
        ignored = tokens[-1] if len(tokens) > 1 else None
        text = line.text
        if any(acl.name == name for acl in self.acls) or (self.current is not None and self.current.name == name):
            self._problem(f'there are two ACLs called "{name}"', line, _span(tokens[0]))
        rest = text.slice(_start(ignored), len(text)) if ignored is not None else text.slice(len(text), len(text))
        self.start(Acl(name, (), rest, text, Span(_start(tokens[0]), len(text))))

    def _wrong(self, line: Line) -> bool:
        """A line that Exim refuses: says why, unless the reason is the line before."""
        string = line.text.string
        start = after_space(string, 0)
        negated = string.startswith("!", start)
        word = read_name(string, start + negated)
        if string.startswith(":", word.end) or (word.name[:1].isupper() and string.startswith("=", word.end)):
            if self.section:
                self._end_acl()
                self._nameless(line)
            return self.section
        if self.current is None:
            self._nameless(line)
            return True
        verb = self.statement.verb if self.statement is not None else None
        found = find_error(string, verb or ("accept" if self.astray else None), self.names)
        if found is not None:
            self._problem(("error in ACL: " if self.section else "") + found[0], line, found[1])
        if word.name in VERBS:
            # the statement stays, without what is wrong in it, so that the lines behind it have one to belong to
            self._end_statement()
            span = word.span
            self.statement = Statement(word.name, (), line.text, span, line.exim_file, line.exim_line)
        elif self.statement is None:
            self.astray = True
        return True

    def _nameless(self, line: Line) -> None:
        if not self.astray:
            start = after_space(line.text.string, 0)
            self._problem("missing or malformed ACL name", line, Span(start, len(line.text)))
        self.astray = True

    def _too_long(self, line: Line) -> bool:
        string = line.text.string
        at = after_space(string, 0)
        for _ in range(2):
            word = read_name(string, at + string.startswith("!", at))
            if len(word.name) > LONGEST_NAME:
                self._problem(name_too_long_error(word.name), line, word.span)
                return True
            if word.name not in VERBS or string.startswith(":", word.end):
                return False
            at = word.end
        return False

    def _problem(self, message: str, line: Line, span: Span) -> None:
        self.problems.append(Problem(message, line.text, span, line.exim_file, line.exim_line))

    def _end_statement(self) -> None:
        if self.statement is not None:
            old = self.statement
            self.statements.append(
                Statement(old.verb, tuple(self.conditions), old.text, old.span, old.exim_file, old.exim_line)
            )
        self.statement = None
        self.conditions = []

    def _end_acl(self) -> None:
        self._end_statement()
        if self.current is not None:
            old = self.current
            self.acls.append(Acl(old.name, tuple(self.statements), old.ignored, old.text, old.span))
        self.current = None
        self.statements = []


def _start(token: Token) -> int:
    return token.start_pos


def _span(token: Token) -> Span:
    return Span(_start(token), _start(token) + len(token))


def _item(text: Text, tree: Tree, names: AclNames) -> Condition | Modifier:
    """The node of a rule `test`, `set_` or `endpass`."""
    tokens = cast("list[Token]", tree.children)
    rest = tokens[-1] if tokens[-1].type == "REST" else None
    argument = text.slice(_start(rest), len(text)) if rest is not None else text.slice(len(text), len(text))
    span = Span(_start(tokens[0]), len(text))
    if tree.data == "set_":
        return Modifier("set", argument, str(tokens[1]), text, span)
    negated = tokens[0].type == "BANG"
    name = str(tokens[1 if negated else 0])
    if name in names.modifiers:
        return Modifier(name, argument, "", text, span)
    return Condition(name, argument, negated, text, span)
