"""Reading an Exim filter into nodes, with Exim's words for what is wrong (the filter document, chapter 3)."""

from __future__ import annotations

import re
from typing import get_args

from exim_lang.filter.nodes import (
    MAIL_FIELDS,
    Add,
    Both,
    Command,
    Condition,
    Deliver,
    FactName,
    FactTest,
    Finish,
    ForAnyAddress,
    Headers,
    If,
    LogFile,
    LogWrite,
    Mail,
    MailField,
    Personal,
    Pipe,
    Save,
    Stop,
    StringTest,
    TestName,
    TestPrint,
)
from exim_lang.filter.words import FilterError, Words
from exim_lang.records import dataclass, replace

_FIRST_LINE = re.compile(rb"[ \t\n\v\f\r]*#[ \t]*exim[ \t]*filter", re.IGNORECASE)
_TESTS: dict[bytes, TestName] = {
    b"begins": "begins",
    b"begin": "begins",
    b"ends": "ends",
    b"end": "ends",
    b"is": "is",
    b"matches": "matches",
    b"match": "matches",
    b"contains": "contains",
    b"contain": "contains",
    b"above": "above",
    b"below": "below",
}
_FACTS: dict[bytes, FactName] = {name.encode(): name for name in get_args(FactName)}
_FIELDS: dict[bytes, MailField] = {name.encode(): name for name in MAIL_FIELDS}
_VACATION: dict[MailField, bytes] = {
    "subject": b"On vacation",
    "file": b".vacation.msg",
    "log": b".vacation.log",
    "once": b".vacation",
    "once_repeat": b"7d",
}
_PREFIXES = '"seen", "unseen", or "noerror"'


@dataclass(slots=True)
class _Prefix:
    """`seen`, `unseen` and `noerror` in front of a command."""

    seen: bool | None = None
    noerror: bool = False

    def __bool__(self) -> bool:
        return self.seen is not None or self.noerror


def read_filter(text: bytes, *, system: bool = False, allowed: frozenset[str] = frozenset()) -> tuple[Command, ...]:
    """The commands of a filter; raises FilterError.

    `system` says that it is a system filter; `allowed` which of `defer`, `fail` and `freeze` may be used.
    """
    reader = _Reader(text, system, frozenset(("defer", "fail", "freeze")) if system else allowed)
    match = _FIRST_LINE.match(text)
    if match is not None:
        reader.words.line += text.count(b"\n", 0, match.end())
        reader.words.at = match.end()
        end = text.find(b"\n", match.end())
        reader.words.at = len(text) if end < 0 else end
    reader.words.skip()
    commands, end_word = reader.commands(frozenset())
    assert not end_word, "nothing ends it but the end of the file"
    return commands


class _Reader:
    def __init__(self, text: bytes, system: bool, allowed: frozenset[str]) -> None:
        self.words = Words(text)
        self.system = system
        self.allowed = allowed

    @property
    def near(self) -> str:
        return f"near line {self.words.line} of filter file"

    def commands(self, ends: frozenset[bytes]) -> tuple[tuple[Command, ...], bytes]:
        """Commands up to one of the words in `ends`, which is read as well, or to the end of the file."""
        found: list[Command] = []
        while self.words.peek():
            prefix = _Prefix()
            name = self.words.word()
            while name in (b"seen", b"unseen", b"noerror"):
                if name == b"noerror":
                    prefix.noerror = True
                    if not self.words.peek():
                        raise FilterError(f'"noerror" near line {self.words.line} is not followed by a command')
                elif prefix.seen is not None:
                    raise FilterError(f'"seen" or "unseen" repeated near line {self.words.line}')
                else:
                    prefix.seen = name == b"seen"
                    if not self.words.peek():
                        raise FilterError(f'"seen" or "unseen" near line {self.words.line} is not followed by a command')
                name = self.words.word()
            if name in (b"else", b"elif", b"endif"):
                if name in ends:
                    return tuple(found), name
                if ends:
                    raise FilterError(f'"endif" missing {self.near}')
                raise FilterError(f'unexpected "{name.decode()}" command {self.near}')
            found.append(self.command(name, prefix))
        return tuple(found), b""

    def command(self, name: bytes, prefix: _Prefix) -> Command:
        words = self.words
        match name:
            case b"if":
                if prefix:
                    raise FilterError(f'{_PREFIXES} found before an "if" command near line {words.line}')
                return self.condition_and_branches()
            case b"add":
                self._no_prefix(name, prefix)
                number = self.argument(name)
                if words.word() != b"to":
                    raise FilterError(f'"to" expected in "add" command {self.near}')
                variable = words.item()
                if not variable:
                    raise FilterError(f'value missing after "to" {self.near}')
                return Add(number, variable)
            case b"deliver":
                address = self.argument(name)
                errors_to = words.item() if self._follows(b"errors_to") else None
                return Deliver(address, errors_to, prefix.seen, prefix.noerror)
            case b"save":
                return Save(self.argument(name), words.octal(), prefix.seen, prefix.noerror)
            case b"pipe":
                return Pipe(self.argument(name), prefix.seen, prefix.noerror)
            case b"logfile":
                return LogFile(self.argument(name), words.octal(), prefix.seen)
            case b"logwrite":
                return LogWrite(self.argument(name), prefix.seen)
            case b"testprint":
                return TestPrint(self.argument(name), prefix.seen)
            case b"finish":
                return Finish(prefix.seen)
            case b"defer" | b"fail" | b"freeze":
                return self.stop(name, prefix)
            case b"headers":
                self._no_prefix(name, prefix)
                return self.headers()
            case b"mail" | b"vacation":
                return self.mail(name == b"vacation", prefix)
        raise FilterError(f'unknown filtering command "{name.decode("latin-1")}" {self.near}')

    def _no_prefix(self, name: bytes, prefix: _Prefix) -> None:
        if prefix:
            raise FilterError(f'{_PREFIXES} found before an "{name.decode()}" command near line {self.words.line}')

    def argument(self, name: bytes) -> bytes:
        value = self.words.item()
        if not value:
            raise FilterError(f'"{name.decode()}" requires an argument {self.near}')
        return value

    def _follows(self, word: bytes, *, line: bool = False) -> bool:
        """Whether `word` is the next one; then it is read. With `line` Exim counts lines that it only looked at."""
        saved = self.words.at, self.words.line
        if self.words.word() == word:
            return True
        self.words.at = saved[0]
        self.words.line = self.words.line if line else saved[1]
        return False

    def stop(self, name: bytes, prefix: _Prefix) -> Stop:
        word = name.decode()
        if word not in self.allowed:
            raise FilterError(f'filtering command "{word}" is disabled: {self.near}')
        text = b""
        if self.words.peek() == b'"' or self._follows(b"text", line=True):
            text = self.words.item()
        made: dict[str, Stop] = {one.name: one for one in (Stop("defer"), Stop("fail"), Stop("freeze"))}
        return replace(made[word], text=text, seen=prefix.seen)

    def headers(self) -> Headers:
        word = self.argument(b"headers")
        what = word if word in (b"add", b"remove", b"charset") else b""
        if not self.system and what != b"charset":
            raise FilterError(f"header addition and removal is available only in system filters: {self.near}")
        if not what:
            raise FilterError(f'"add", "remove", or "charset" expected after "headers" {self.near}')
        text = self.words.item()
        if not text:
            raise FilterError(f'value missing after "add", "remove", or "charset" {self.near}')
        return Headers("add" if what == b"add" else "remove" if what == b"remove" else "charset", text)

    def mail(self, vacation: bool, prefix: _Prefix) -> Mail:
        given: dict[MailField, bytes] = dict(_VACATION) if vacation else {}
        expand, returned = vacation, False
        while True:
            saved = self.words.at, self.words.line
            word = self.words.word()
            field = _FIELDS.get(word)
            if field is not None:
                given[field] = self.words.item()
                expand = expand and field != "file"
            elif word == b"return":
                if self.words.word() != b"message":
                    raise FilterError(f'"return" not followed by "message"  {self.near}')
                returned = True
            elif word == b"expand":
                if self.words.word() != b"file":
                    raise FilterError(f'"expand" not followed by "file"  {self.near}')
                given["file"] = self.words.item()
                expand = True
            else:
                self.words.at, self.words.line = saved
                break
        fields = tuple((name, given[name]) for name in MAIL_FIELDS if name in given)
        return Mail(vacation, fields, expand, returned, prefix.seen, prefix.noerror)

    def condition_and_branches(self) -> If:
        branches: list[tuple[Condition, tuple[Command, ...]]] = []
        otherwise: tuple[Command, ...] = ()
        while True:
            condition = self.condition(top=True)
            commands, end = self.commands(frozenset((b"else", b"elif", b"endif")))
            branches.append((condition, commands))
            if end == b"else":
                otherwise, end = self.commands(frozenset((b"endif",)))
            if not end:
                raise FilterError('"endif" missing at end of filter file')
            if end == b"endif":
                return If(tuple(branches), otherwise)

    def condition(self, *, top: bool) -> Condition:
        """A condition with all that `and` and `or` add to it, and the word or parenthesis that ends it."""
        terms: list[list[Condition]] = [[]]
        while True:
            terms[-1].append(self.term())
            closing = self._joint(top)
            if closing == "or":
                terms.append([])
            elif closing != "and":
                break
        return _joined("or", [_joined("and", group) for group in terms])

    def _joint(self, top: bool) -> str:
        words = self.words
        if words.peek() == b"(":
            raise FilterError(f'unexpected "(" in line {words.line} of filter file')
        if words.peek() == b")":
            if top:
                raise FilterError(f'unexpected ")" in line {words.line} of filter file')
            words.at += 1
            words.skip()
            return ")"
        word = words.word()
        if word in (b"and", b"or"):
            return word.decode()
        if word == b"then":
            if not top:
                raise FilterError(f'missing ")" at end of condition {self.near}')
            return "then"
        wanted, found = "then" if top else ")", word.decode("latin-1")
        raise FilterError(f'"and" or "or" or "{wanted}" expected {self.near}, but found "{found}"')

    def term(self) -> Condition:
        words = self.words
        negated = False
        while True:
            if not words.peek():
                raise FilterError('"then" missing at end of filter file')
            if words.peek() == b")":
                raise FilterError(f'unexpected ")" in line {words.line} of filter file')
            if words.peek() == b"(":
                words.at += 1
                words.skip()
                inner = self.condition(top=False)
                return replace(inner, negated=inner.negated != negated)
            quoted = words.peek() == b'"'
            word = words.item(brackets=True)
            if quoted or word != b"not":
                break
            negated = not negated
        if word in _FACTS and not quoted:
            return FactTest(_FACTS[word], negated)
        match word:
            case b"then":
                raise FilterError(f'unexpected "then" {self.near}')
            case b"personal":
                aliases = []
                while self._follows_in_condition(b"alias"):
                    aliases.append(words.item(brackets=True))
                return Personal(tuple(aliases), negated)
            case b"foranyaddress":
                items = words.item(brackets=True)
                if words.peek() != b"(":
                    raise FilterError(f'"(" expected after "foranyaddress" {self.near}')
                words.at += 1
                words.skip()
                return ForAnyAddress(items, self.condition(top=False), negated)
        return self.string_test(word, negated)

    def _follows_in_condition(self, word: bytes) -> bool:
        saved = self.words.at, self.words.line
        if self.words.word(brackets=True) == word:
            return True
        self.words.at, self.words.line = saved
        return False

    def string_test(self, left: bytes, negated: bool) -> StringTest:
        words = self.words
        name = words.word(brackets=True)
        case = False
        if name.lower() == b"is":
            case = name[:1].isupper()
            name = b"is"
            # Exim looks at the next word, and counts a line behind it twice when it reads it once more
            start = words.at
            word = words.word(brackets=True)
            if word == b"not":
                negated = not negated
                start = words.at
                word = words.word(brackets=True)
            if word in (b"above", b"below"):
                name = word
            else:
                words.at = start
        else:
            if name.lower() == b"does":
                name = words.word(brackets=True)
                if name.lower() == b"not":
                    negated = not negated
                    name = words.word(brackets=True)
            case = name.isupper()
        test = _TESTS.get(name.lower()) if name in (name.lower(), name.upper()) else None
        if test is None:
            raise FilterError(f'unrecognized condition word "{name.decode("latin-1")}" {self.near}')
        return StringTest(test, left, words.item(brackets=True), negated, case)


def _joined(operator: str, terms: list[Condition]) -> Condition:
    whole = terms[0]
    for term in terms[1:]:
        whole = Both("and" if operator == "and" else "or", whole, term)
    return whole
