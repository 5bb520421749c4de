"""Findings about values that go where they must not: the parts to blame, the way they came, what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix, Note
from exim_lang.lint.flow.alternatives import leaves
from exim_lang.lint.flow.sinks import Goal, Sink, sinks
from exim_lang.lint.flow.tables import quoter_of
from exim_lang.lint.flow.taint import Taint
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree
from exim_lang.syntax.acl_nodes import Condition

if TYPE_CHECKING:
    from exim_lang.lint.flow.flow import Flow
    from exim_lang.lint.flow.queries import Query
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

Message = Callable[[Sink], str]
"""What Exim says at a sink; who is to blame is added."""

_CLEAN = {
    "local_part": "$local_part_data, with check_local_user, or local_parts = dsearch;DIRECTORY (or lsearch,ret=key;FILE)",
    "domain": "$domain_data, with domains = dsearch;DIRECTORY (or lsearch,ret=key;FILE, or a list of plain names)",
}
_DATA = {"local_part": "local_part_data", "domain": "domain_data"}
LOOK_UP = "the name that ${lookup{...}lsearch,ret=key{FILE}} or ${lookup{...}dsearch{DIRECTORY}} finds"


def culprits(flow: Flow, use: Use, parts: tuple[tree.Part, ...]) -> Iterator[tuple[tree.Part, Taint]]:
    """The parts that Exim will find tainted, those in branches instead of the whole."""
    for part in leaves(parts):
        value = flow.of(use, part)
        if value.tainted:
            yield part, value


def tainted_at(survey: Survey, message: Message, *goals: Goal, mends: bool = True) -> Iterator[Finding]:
    """A finding for each tainted part at the sinks of some goals."""
    flow = survey.flow
    for sink in sinks(flow, *goals):
        yield from tainted_in(flow, sink, message, mends=mends)


def tainted_in(flow: Flow, sink: Sink, message: Message, *, mends: bool = True) -> Iterator[Finding]:
    """A finding for each tainted part at a sink; of an item of a list one for the list that taints it."""
    use = sink.use
    found = False
    for part, value in culprits(flow, use, sink.parts):
        found = True
        fix = data_fix(use, part) if mends else None
        text = f"{message(sink)}: {value.source} {'comes from outside' if value.outside else 'is tainted'}"
        yield use.finding(part.span, text, help=clean_way(part, value), fix=fix, flow=way(value))
    whole = flow.taint_of(use)
    if sink.listed and not found and whole.tainted:
        text = f"{message(sink)}: {whole.source} comes from outside"
        help = f"a list is one string, and {whole.source} taints all of it: name a list of the others, or write two conditions"
        yield use.finding(sink.span, text, help=help, flow=way(whole))


def clean_way(part: tree.Part, value: Taint) -> str:
    """What to write instead of something tainted."""
    name = part.name if isinstance(part, tree.Variable) else value.source.removeprefix("$")
    return "write " + _CLEAN.get(name, LOOK_UP)


def data_fix(use: Use, part: tree.Part) -> Fix | None:
    """The change of `$local_part` into `$local_part_data`; somebody has to see that the router sets that."""
    if not isinstance(part, tree.Variable) or part.name not in _DATA:
        return None
    if use.where not in ("router", "transport") and not _is_matched_before(use, part.name):
        return None
    name = _DATA[part.name]
    edit = use.edit(part.span, f"${{{name}}}" if part.braced else f"${name}")
    return Fix(f"write ${name}", (edit,), safe=False) if edit is not None else None


def _is_matched_before(use: Use, name: str) -> bool:
    """Whether a condition in front of a place in an ACL has matched the domain or the local part."""
    for node in use.statement.conditions if use.statement is not None else ():
        if node is use.node:
            return False
        if isinstance(node, Condition) and not node.negated and node.name == f"{name}s":
            return True
    return False


def quoter_fix(query: Query, part: tree.Part, *, safe: bool = True) -> Fix | None:
    """The change of a quoting operator into that of the query."""
    if not isinstance(part, tree.Operator) or not quoter_of(part.name):
        return None
    right = f"quote_{query.type}"
    start = part.span.start + query.use.source(part.span).index(part.name)
    edit = query.use.edit(Span(start, start + len(part.name)), right)
    return Fix(f"write {right}", (edit,), safe=safe) if edit is not None else None


def way(value: Taint) -> tuple[Note, ...]:
    """The way of a value, source first, with the macros that it came through."""
    return tuple(_with_macros(note) for note in value.path)


def _with_macros(note: Note) -> Note:
    macros = note.text.place(note.span.start).macros
    if not macros:
        return note
    return Note(f"{note.message} (through the macro {macros[-1]})", note.text, note.span)


def shown(use: Use, span: Span) -> str:
    """Characters of a value for a message, long ones cut."""
    text = " ".join(use.source(span).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
