"""The places where Exim refuses tainted values, each with the parts of the value that matter there.

What must not be tainted only because of the version of Exim is left to the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, TypeAlias

from exim_lang.lint.flow.alternatives import alternatives, starts
from exim_lang.lint.flow.tables import QUOTERS, UNQUOTABLE, type_of
from exim_lang.lint.flow.words import words_of
from exim_lang.lint.phases import OPTIONS
from exim_lang.model.config import Driver
from exim_lang.records import dataclass
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.lint.flow.flow import Flow
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use
    from exim_lang.syntax.list import List

Goal: TypeAlias = Literal[
    "acl", "argument", "executable", "forward", "hosts", "key", "path", "queue", "read", "reply", "search", "shell", "transport"
]
"""What a value is for at its sink."""


@dataclass(frozen=True, slots=True)
class Sink:
    """A range of a value that Exim wants to be clean, and its parts; `number` is that of an argument of a command, from 0.

    `listed` says that it is an item of a list, all of which is tainted when any of it is.
    """

    goal: Goal
    use: Use
    span: Span
    parts: tuple[tree.Part, ...]
    number: int = 0
    listed: bool = False


def sinks(flow: Flow, *goals: Goal) -> Iterator[Sink]:
    """All sinks of some goals (none given: all)."""
    found = flow.memo.get("sinks")
    if found is None:
        found = flow.memo["sinks"] = list(_all(flow.survey))
    return (one for one in found if not goals or one.goal in goals)


def _all(survey: Survey) -> Iterator[Sink]:
    yield from _transports(survey)
    yield from _routers(survey)
    yield from _acls(survey)
    yield from _expansions(survey)
    yield from _lists(survey)
    for use in survey.of("main", "bounce_message_file", "warn_message_file"):
        yield _whole("read", use)


def _whole(goal: Goal, use: Use) -> Sink:
    return Sink(goal, use, use.whole, use.tree.parts)


def _string(goal: Goal, use: Use, string: tree.String) -> Sink:
    return Sink(goal, use, string.span, string.parts)


def between(use: Use, span: Span) -> tuple[tree.Part, ...]:
    """The parts of a value in a range."""
    return within(use.tree, span)


def within(string: tree.String, span: Span) -> tuple[tree.Part, ...]:
    """The parts of a string in a range."""
    return tuple(part for part in string.parts if part.span.start < span.end and part.span.end > span.start)


def _transports(survey: Survey) -> Iterator[Sink]:
    for use in survey.of("transport", "file", "directory", "once", "log", "hosts", "interface", "command", "transport_filter"):
        owner = use.owner
        assert isinstance(owner, Driver)
        match owner.driver, use.name:
            case "appendfile", "file" | "directory":
                if not _is_confined(owner):
                    yield _whole("path", use)
            case "autoreply", "file" | "once" | "log":
                yield _whole("reply", use)
            case "smtp", "hosts" | "interface":
                yield _whole("hosts", use)
            case "pipe", "command" if "use_shell" in owner.settings and owner.settings["use_shell"].value is True:
                yield _whole("shell", use)
            case _, "command" | "transport_filter":
                yield from _command("argument", use)
    for use in survey.of("transport", "dkim_private_key"):
        if any(starts(one).startswith((b"/", b"$")) or not starts(one) for one in alternatives(use.tree)):
            yield _whole("key", use)


def _is_confined(transport: Driver) -> bool:
    """Whether `create_file` makes Exim look for itself that paths stay in a directory, which cleans them (chapter 26)."""
    create = transport.settings.get("create_file")
    return create is not None and create.text.string.strip().startswith(("belowhome", "/"))


def _files_are_confined(survey: Survey, use: Use) -> bool:
    """Whether the transport that gets the files of a redirection looks for itself where they are."""
    assert isinstance(use.owner, Driver)
    setting = use.owner.settings.get("file_transport")
    transport = survey.config.driver("transport", setting.text.string.strip()) if setting is not None else None
    return transport is not None and _is_confined(transport)


def _command(goal: Goal, use: Use) -> Iterator[Sink]:
    for number, word in enumerate(words_of(use.tree, use.text.string)):
        if not word.whole:
            yield Sink(goal, use, word.span, between(use, word.span), number)


def _routers(survey: Survey) -> Iterator[Sink]:
    for use in survey.of("router", "transport", "file", "data", "command"):
        driver = use.owner.driver if isinstance(use.owner, Driver) else ""
        match driver, use.name:
            case _, "transport":
                yield _whole("transport", use)
            case "redirect", "file":
                yield _whole("forward", use)
            case "redirect", "data":
                for one in alternatives(use.tree):
                    begin = starts(one).lstrip(b'"')
                    is_file = begin.startswith(b"/") and not _files_are_confined(survey, use)
                    if is_file or begin.startswith((b"|", b":include:")):
                        yield _string("forward", use, one)
            case "queryprogram", "command":
                yield from _command("argument", use)


def _acls(survey: Survey) -> Iterator[Sink]:
    for use in survey.of("acl", "acl"):
        word = next(iter(words_of(use.tree, use.text.string)), None)
        if word is not None:
            yield Sink("acl", use, word.span, between(use, word.span))
    for use in survey.of("main", *OPTIONS):
        yield _whole("acl", use)
    for use in survey.of("acl", "queue"):
        yield _whole("queue", use)


def _expansions(survey: Survey) -> Iterator[Sink]:
    calls: Iterable[tuple[Use, tree.Item | tree.Test]] = (*survey.items("acl"), *survey.tests("acl"))
    for use, call in calls:
        if call.arguments:
            yield _string("acl", use, call.arguments[0])
    for use, item in survey.items("readfile", "readsocket"):
        if item.arguments:
            yield _string("read", use, item.arguments[0])
    for use, node in survey.nodes(tree.Lookup):
        if node.key is not None and node.arguments and node.arguments[0].parts and keyed(type_of(node.type)):
            yield _string("search", use, node.arguments[0])


def keyed(type: str) -> bool:
    """Whether a lookup type is one with a file and a key."""
    return type not in QUOTERS and type not in UNQUOTABLE


def matched_lists(survey: Survey) -> Iterator[tuple[Use, List]]:
    """The lists with expansions in them that something is matched with; options like `require_files` are others."""
    for use, items in survey.lists():
        if "$" in use.text.string and (items.kind != "string" or use.where == "acl"):
            yield use, items


def _lists(survey: Survey) -> Iterator[Sink]:
    for use, items in matched_lists(survey):
        for item in items.items:
            if item.kind is ItemKind.FILE:
                yield Sink("read", use, item.pattern, between(use, item.pattern), listed=True)
            elif item.lookup is not None and keyed(type_of(item.lookup[0])):
                yield Sink("search", use, item.pattern, between(use, item.pattern), listed=True)
