"""What could stand at the cursor: names of the language, of the configuration, of the message, and commands."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from exim_lang.repl.commands import COMMANDS
from exim_lang.repl.context import latin, open_nodes
from exim_lang.repl.documentation import KINDS, Kind, describe, names
from exim_lang.search.registry import LOOKUPS
from exim_lang.syntax import expansion as tree
from exim_lang.world.world import KINDS as WORLD_KINDS

if TYPE_CHECKING:
    from exim_lang.repl.workbench import Workbench

HEADER = re.compile(r"(?:\$|def:)[rbl]?h(?:eader)?_([!-9;-~]*)\Z")
DOLLAR = re.compile(r"\$(\{?)([A-Za-z0-9_]*)\Z")
DEFINED = re.compile(r"def:([A-Za-z0-9_]*)\Z")
NAMED_LIST = re.compile(r"\+([A-Za-z0-9_]*)\Z")
WORD = re.compile(r"[A-Za-z0-9_.*@<>=-]*\Z")
MACRO = re.compile(r"(?:[A-Z]|_[A-Z])[A-Za-z0-9_]*\Z")
USUAL_HEADERS = ("Cc", "Date", "From", "List-Id", "Message-ID", "Received", "Reply-To", "Sender", "Subject", "To")
LIST_CONDITIONS = {
    "match_domain": "domain",
    "match_ip": "host",
    "match_address": "address",
    "match_local_part": "localpart",
}
LIST_LETTERS = {"d": "domain", "h": "host", "a": "address", "l": "localpart"}
FILE_COMMANDS = ("load", "message", "oracle")


class Suggestion(NamedTuple):
    """`text` replaces the `replaced` characters before the cursor; `name` and `meta` are shown."""

    text: str
    replaced: int
    name: str
    meta: str = ""


def suggestions(text: str, bench: Workbench) -> Iterator[Suggestion]:
    """What could follow `text`, everything before the cursor."""
    if text.startswith(":"):
        return of_command(text, bench)
    header = HEADER.search(text)
    if header:
        return matching(header[1], ((f"{name}:", name, "header line") for name in headers(bench)), caseless=True)
    defined = DEFINED.search(text)
    if defined:
        return matching(defined[1], after_dollar(bench))
    dollar = DOLLAR.search(text)
    if dollar:
        return matching(dollar[2], after_brace(bench) if dollar[1] else after_dollar(bench))
    return in_string(text, bench)


Row = tuple[str, str, str]


def matching(word: str, rows: Iterable[Row], *, caseless: bool = False) -> Iterator[Suggestion]:
    """The rows (text, name, meta) whose name begins with `word`."""
    for text, name, meta in rows:
        if name.startswith(word) or (caseless and name.lower().startswith(word.lower())):
            yield Suggestion(text, len(word), name, meta)


def rows_of(kind: Kind, bench: Workbench, ending: str) -> Iterator[Row]:
    dialect = bench.config.dialect
    for name in names(kind, dialect):
        entry = describe(kind, name, dialect)
        yield name + ending, name, entry.text if entry else ""


def of_variables(bench: Workbench, ending: str) -> Iterator[Row]:
    yield from rows_of("variable", bench, ending)
    for prefix, values in (("acl_c", bench.scope.connection.acl_c), ("acl_m", bench.scope.message.acl_m)):
        for key in sorted(values):
            yield f"{prefix}{key}{ending}", prefix + key, "ACL variable"


def after_dollar(bench: Workbench) -> Iterator[Row]:
    """Variables and header lines behind `$` and `def:`."""
    yield from of_variables(bench, "")
    for prefix, meta in (("h_", "decoded"), ("rh_", "as it stands"), ("bh_", "MIME words decoded"), ("lh_", "as a list")):
        yield prefix, prefix, f"a header line, {meta}"


def after_brace(bench: Workbench) -> Iterator[Row]:
    """Items, operators and variables behind `${`."""
    for _, name, meta in rows_of("item", bench, ""):
        yield name + (" " if name == "if" else "{"), name, meta
    yield from rows_of("operator", bench, ":")
    for name in LOOKUPS:
        if LOOKUPS[name].quote and not bench.config.dialect.lacks("lookup", name):
            yield f"quote_{name}:", f"quote_{name}", f"Quotes for a lookup of type {name}."
    yield from of_variables(bench, "}")


def headers(bench: Workbench) -> list[str]:
    """Names of the header lines of the message, or the usual ones without a message."""
    present = bench.scope.message.headers
    if not present:
        return list(USUAL_HEADERS)
    return sorted({header.name.decode("latin-1") for header in present if header.kind != "*"})


def in_string(text: str, bench: Workbench) -> Iterator[Suggestion]:
    """What fits where the parser says that the text ends: a condition, a lookup type, a list, an ACL, a macro."""
    named = NAMED_LIST.search(text)
    word_at = named.start() if named else (m.start() if (m := WORD.search(text)) else len(text))
    word = text[word_at:].lstrip("+")
    nodes = open_nodes(latin(text[:word_at]))
    last, parent = nodes[-1], nodes[-2] if len(nodes) > 1 else None
    if isinstance(last, tree.Nothing):
        yield from matching(word, of_conditions(bench))
    elif isinstance(last, tree.Lookup) and not last.arguments:
        yield from of_lookups(word, last.key is not None, bench)
    elif named and isinstance(parent, tree.Test) and parent.name in LIST_CONDITIONS:
        yield from matching(word, of_lists(bench, [LIST_CONDITIONS[parent.name]]))
    elif isinstance(parent, tree.Operator) and parent.name.startswith("listnamed"):
        kind = LIST_LETTERS.get(parent.name.removeprefix("listnamed").lstrip("_"))
        yield from matching(word, of_lists(bench, [kind] if kind else list(bench.config.lists)))
    elif isinstance(parent, tree.Item | tree.Test) and parent.name == "acl" and len(parent.arguments) == 1:
        yield from matching(word, ((name, name, "ACL") for name in sorted(bench.config.acls)))
    macro = MACRO.search(text)
    if macro:
        yield from matching(macro.group(), of_macros(bench))


def of_conditions(bench: Workbench) -> Iterator[Row]:
    for _, name, meta in rows_of("condition", bench, ""):
        ending = ":" if name == "def" else "" if name in ("first_delivery", "queue_running") else "{"
        yield name + (" " + ending if name[0] in "<=>" else ending), name, meta


def of_lookups(word: str, has_key: bool, bench: Workbench) -> Iterator[Suggestion]:
    """Single-key types behind a key, the others without one; `partial-` may stand before a single-key type."""
    prefix = found.group() if (found := re.match(r"partial\d*-", word)) and has_key else ""
    rows = [row for row in rows_of("lookup", bench, "{") if (LOOKUPS[row[1]].kind == "single-key") is has_key]
    if has_key and not prefix:
        rows.append(("partial-", "partial-", "tries shorter and shorter domains"))
    yield from matching(word.removeprefix(prefix), rows)


def of_lists(bench: Workbench, kinds: Iterable[str]) -> Iterator[Row]:
    for kind in kinds:
        for name in sorted(bench.config.lists[kind]):
            yield name, name, f"{kind} list"


def of_macros(bench: Workbench) -> Iterator[Row]:
    for macro in bench.macro_table():
        yield macro.name, macro.name, f"macro: {macro.value.string}"


def of_command(line: str, bench: Workbench) -> Iterator[Suggestion]:
    """The name of a command, or its argument."""
    name, space, argument = line[1:].partition(" ")
    if not space:
        return matching(name, of_command_names())
    if name in FILE_COMMANDS:
        return matching(argument, files(argument))
    word = argument.rpartition(" ")[2]
    match name:
        case "explain":
            return matching(word, (row for kind in KINDS for row in rows_of(kind, bench, "")))
        case "set":
            return matching(word, rows_of("variable", bench, "="))
        case "unset":
            return matching(word, ((name, name, "") for name in bench.settings()))
        case "allow":
            return matching(word, ((kind, kind, "") for kind in sorted(WORLD_KINDS)))
        case _:
            words = COMMANDS[name].words if name in COMMANDS else ()
            return matching(word, ((choice, choice, "") for choice in words))


def of_command_names() -> Iterator[Row]:
    for entry in COMMANDS.values():
        yield entry.name + (" " if entry.argument else ""), entry.name, entry.text


def files(start: str) -> Iterator[Row]:
    """Files and directories whose path begins with `start`; none where a directory cannot be read."""
    folder, base = os.path.split(start)
    try:
        found = sorted(os.scandir(os.path.expanduser(folder) or "."), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        if base or not entry.name.startswith("."):
            path = os.path.join(folder, entry.name) + ("/" if entry.is_dir() else "")
            yield path, path, ""
