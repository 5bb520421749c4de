"""Who may send where: the ACL of RCPT as a stranger meets it.

The stranger connects from an address that no sound configuration knows (`HOST`), has not authenticated, and wants to
reach a domain that is not served here (`DOMAIN`). Host name, HELO name and sender address are whatever suits: those
the stranger chooses. Each condition is certainly true for the stranger, certainly false, true by such a choice, or unknown;
what is unknown is never held against a configuration.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Final

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding
from exim_lang.records import dataclass, field
from exim_lang.source.text import Span, Text
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Acl, Condition, Statement
from exim_lang.syntax.list_items import ItemKind

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use
    from exim_lang.syntax.list import ListItem

HOST: Final = ipaddress.ip_address("203.0.113.66")
DOMAIN: Final = "elsewhere.example"
BY_NAME: Final = (ItemKind.TAIL, ItemKind.HOST_NAME, ItemKind.PLAIN)
_REPUTATION = ("dcc", "dmarc_status", "dnslists", "malware", "spam", "spf", "spf_guess", "verify")
AVOIDED: Final = frozenset({*_REPUTATION, "ratelimit", "seen", "sender_domains", "senders"})
"""Conditions that refuse some strangers, and not others."""

WIDE: Final = 7
"""Networks with masks of so many bits or fewer are the Internet, give or take."""


class Answer(Enum):
    """What a condition says to a stranger."""

    YES = "yes"
    NO = "no"
    CHOSEN = "chosen"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Reason:
    """What made a condition true: the choice of the stranger (`sender`, `helo`, `unknown`), or the item of a list."""

    choice: str = ""
    text: Text | None = None
    span: Span = Span(0, 0)


@dataclass(slots=True)
class RelayPath:
    """A statement that accepts the stranger's recipient: its conditions, and why each of them holds."""

    acl: Acl
    statement: Statement
    reasons: dict[int, Reason] = field(default_factory=dict)
    """By the index of the condition."""

    @property
    def choices(self) -> set[str]:
        return {reason.choice for reason in self.reasons.values() if reason.choice}

    def by(self, name: str) -> Iterator[tuple[Condition, Reason]]:
        """The conditions of a name, with their reasons."""
        for index, node in enumerate(self.statement.conditions):
            if isinstance(node, Condition) and node.name == name and index in self.reasons:
                yield node, self.reasons[index]


def relay_paths(survey: Survey) -> list[RelayPath]:
    """The statements of the ACLs of RCPT that accept what a stranger sends to a domain that is not served here."""
    found = []
    for name, phases in survey.direct_phases.items():
        if "RCPT" in phases:
            found += list(_paths(survey, survey.config.acls[name]))
    return found


def _paths(survey: Survey, acl: Acl) -> Iterator[RelayPath]:
    for statement in acl.statements:
        path = RelayPath(acl, statement)
        answers = [_answer(survey, node, path, index) for index, node in enumerate(statement.conditions)]
        if statement.verb == "accept":
            if all(answer in (Answer.YES, Answer.CHOSEN) for answer in answers):
                yield path
                if all(answer is Answer.YES for answer in answers):
                    return
        elif statement.verb == "require":
            if Answer.NO in answers or Answer.UNKNOWN in answers:
                return
        elif statement.verb != "warn" and not _passes(survey, statement, answers):
            return


def _passes(survey: Survey, statement: Statement, answers: list[Answer]) -> bool:
    """Whether the stranger certainly comes past a statement that refuses: a condition is false, or can be made so."""
    if statement.verb == "defer" and not _asks_for_domain(survey, statement):
        return True
    return any(
        answer in (Answer.NO, Answer.CHOSEN) or node.name in AVOIDED or (answer is Answer.UNKNOWN and _avoidable(survey, node))
        for node, answer in zip(statement.conditions, answers, strict=True)
    )


def _asks_for_domain(survey: Survey, statement: Statement) -> bool:
    """Whether a statement is about some recipients; one that is not defers everybody for a while, as greylisting does."""
    tests = [node for node in statement.conditions if isinstance(node, Condition) and node.name != "ratelimit"]
    return not any(one.name == "condition" for one in tests) or any(
        one.name in ("domains", "local_parts", "recipients", "acl") or _mentions_domain(survey.use_of(one)) for one in tests
    )


def _mentions_domain(use: Use) -> bool:
    names = [node.name for node in use.nodes if isinstance(node, tree.Variable)]
    return not names or any(name.startswith(("domain", "acl_m")) for name in names)


def _avoidable(survey: Survey, node: object) -> bool:
    """Whether a condition holds for what is listed only, so that some other host, domain or local part comes past it."""
    if isinstance(node, Condition) and node.name == "condition" and not node.negated:
        return _holds_when_found(survey.use_of(node))
    listed = isinstance(node, Condition) and not node.negated and node.name in ("hosts", "domains", "local_parts")
    return listed and isinstance(node, Condition) and _names_some(survey, survey.use_of(node), frozenset())


def _holds_when_found(use: Use) -> bool:
    """Whether a condition is a lookup that is true for what it finds, and false for everything else."""
    parts = use.tree.parts
    if len(parts) != 1 or not isinstance(lookup := parts[0], tree.Lookup) or len(lookup.arguments) < 2:
        return False
    answers = [constant(string) for string in lookup.arguments[1:]]
    found, missing = answers[0], answers[1] if len(answers) > 1 else ""
    return found in ("yes", "true", "1") and missing in ("", "no", "false", "0")


def _names_some(survey: Survey, use: Use, seen: frozenset[str]) -> bool:
    """Whether nothing in a list is negated, and nothing in it takes everything."""
    for item in use.items.items if use.items is not None else ():
        looked_up = item.kind is ItemKind.EXPANDED and item.text.startswith("${lookup")
        if item.negated or item.kind is ItemKind.ANY or (item.kind is ItemKind.EXPANDED and not looked_up):
            return False
        if item.kind is ItemKind.NAMED and item.constant:
            named = next((one for one in survey.of("list", item.text[1:]) if one.list_kind == use.list_kind), None)
            if named is None or named.name in seen or not _names_some(survey, named, seen | {named.name}):
                return False
    return use.items is not None


def _answer(survey: Survey, node: object, path: RelayPath, index: int) -> Answer:
    from exim_lang.lint.statements import ACTIONS

    if not isinstance(node, Condition) or node.name in ACTIONS:
        return Answer.YES
    reason = Reason()
    answer = _condition(survey, survey.use_of(node), reason)
    if node.negated:
        answer = {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(answer, answer)
    path.reasons[index] = reason
    return answer


def _condition(survey: Survey, use: Use, reason: Reason) -> Answer:
    match use.name:
        case "local_parts":
            answer = _list(survey, use, reason, frozenset())
            written = use.items.items if use.items is not None else ()
            some = any(item.constant and not item.negated and item.kind is ItemKind.PLAIN for item in written)
            return Answer.CHOSEN if answer is Answer.NO and some else answer
        case "hosts" | "domains":
            return _list(survey, use, reason, frozenset())
        case "authenticated" | "recipients":
            return Answer.NO if use.text.string.strip() != "*" or use.name == "authenticated" else Answer.YES
        case "encrypted" | "ratelimit":
            return Answer.YES
        case "senders" | "sender_domains":
            reason.choice = "sender"
            items = use.items
            null = items is not None and all(not item.text for item in items.items)
            return Answer.CHOSEN if items and items.items and not null else Answer.UNKNOWN
        case "spf" | "spf_guess":
            reason.choice = "sender"
            return Answer.CHOSEN if use.text.string.strip() == "pass" else Answer.UNKNOWN
        case "condition":
            return _expression(use, reason)
        case "verify":
            return Answer.NO if use.text.string.strip().startswith("certificate") else Answer.YES
        case _:
            return Answer.UNKNOWN


def _expression(use: Use, reason: Reason) -> Answer:
    value = use.constant
    if value is not None:
        return Answer.NO if value.strip().lower() in ("", "0", "no", "false") else Answer.YES
    names = {node.name for node in use.nodes if isinstance(node, tree.Variable)}
    opaque = any(isinstance(node, tree.Lookup | tree.Item | tree.Header) for node in use.nodes)
    parts = use.tree.parts
    simple = len(parts) == 1 and isinstance(parts[0], tree.If) and len(parts[0].arguments) < 2
    if opaque or not simple or not names:
        return Answer.UNKNOWN
    if len(names) == 1 and names < {"received_port", "interface_port"} and _is_public_port(parts[0]):
        return Answer.CHOSEN
    if names == {"sender_helo_name"}:
        reason.choice = "helo"
        return Answer.CHOSEN
    if names <= {"sender_address", "sender_address_domain", "sender_address_local_part"}:
        reason.choice = "sender"
        return Answer.CHOSEN
    return Answer.UNKNOWN


def _is_public_port(choice: tree.Part) -> bool:
    """Whether `${if` compares with a port that everybody reaches; others may be bound to the loopback address."""
    test = choice.condition if isinstance(choice, tree.If) else None
    strings = test.arguments if isinstance(test, tree.Test) else ()
    return any(constant(string) in ("25", "465", "587") for string in strings)


def _list(survey: Survey, use: Use, reason: Reason, seen: frozenset[str]) -> Answer:
    """The answer of a list of hosts, domains or local parts; `seen` are the named lists on the way."""
    items = use.items
    if items is None:
        return Answer.UNKNOWN
    unknown_hosts = False
    last_negated = False
    for item in items.items:
        if item.text in ("+include_unknown", "+include_defer"):
            unknown_hosts = True
            continue
        answer = _item(survey, use, item, items.kind, reason, seen)
        if answer is Answer.NO and unknown_hosts and item.kind in BY_NAME:
            reason.choice, reason.text, reason.span = "unknown", use.text, item.pattern
            return Answer.CHOSEN
        last_negated = item.negated
        if answer is Answer.NO:
            continue
        if answer is Answer.YES and item.negated:
            return Answer.NO
        if answer is Answer.YES and reason.text is None:
            reason.text, reason.span = use.text, item.span
        return answer
    return Answer.YES if last_negated else Answer.NO


def _item(survey: Survey, use: Use, item: ListItem, kind: str, reason: Reason, seen: frozenset[str]) -> Answer:
    if not item.constant:
        return Answer.UNKNOWN
    match item.kind:
        case ItemKind.ANY:
            return Answer.YES
        case ItemKind.NAMED:
            name = item.text[1:]
            named = next((one for one in survey.of("list", name) if one.list_kind == use.list_kind), None)
            if named is None or name in seen:
                return Answer.UNKNOWN
            return _list(survey, named, reason, seen | {name})
        case ItemKind.IP | ItemKind.NETWORK:
            return _network(item.text)
        case ItemKind.TAIL:
            return Answer.YES if kind == "domain" and DOMAIN.endswith(item.text[1:]) else Answer.NO
        case ItemKind.LOOKUP | ItemKind.NET_LOOKUP | ItemKind.FILE | ItemKind.MX | ItemKind.REGEX | ItemKind.EXPANDED:
            broad = item.kind is ItemKind.REGEX and re.fullmatch(r"\^?\.[*+]\$?", item.text)
            return Answer.YES if broad else Answer.UNKNOWN
        case _:
            return Answer.NO


def _network(text: str) -> Answer:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return Answer.NO
    return Answer.YES if network.prefixlen <= WIDE or HOST in network else Answer.NO


def relay_by_choice(survey: Survey, choice: str, message: str) -> Iterator[Finding]:
    """Findings at the conditions that the stranger makes true by a choice (`sender`, `helo`), where that is enough to relay."""
    for path in relay_paths(survey):
        for index, reason in path.reasons.items():
            if reason.choice == choice:
                node = path.statement.conditions[index]
                yield Finding(message, node.text, node.span, "accept by authentication, or by hosts")
                break


def served_everywhere(survey: Survey) -> Iterator[tuple[Text, Span]]:
    """The items of lists of domains that let mail for every domain pass: of `accept` and `require` of an ACL of RCPT."""
    for name, phases in survey.direct_phases.items():
        for statement in survey.config.acls[name].statements if "RCPT" in phases else ():
            for node in statement.conditions:
                if not isinstance(node, Condition) or node.name != "domains" or node.negated:
                    continue
                alone = all(not isinstance(one, Condition) or one.name in ("domains", "verify") for one in statement.conditions)
                reason = Reason()
                answer = _list(survey, survey.use_of(node), reason, frozenset())
                certain = answer is Answer.YES and reason.text is not None
                if certain and reason.text is not None and alone and statement.verb in ("accept", "require"):
                    yield reason.text, reason.span
