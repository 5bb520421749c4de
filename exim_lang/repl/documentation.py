"""What is known of a name of the expansion language: what it does, how it is written, since when it exists.

Names and arguments come from the registries, versions from the history of names, sentences from a table of facts or else from
the docstring of the function that is registered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from exim_lang.expand.registry import CONDITIONS, ITEMS, OPERATORS, VARIABLES
from exim_lang.model.dialect import history
from exim_lang.model.facts.table import Row, rows
from exim_lang.records import dataclass
from exim_lang.search.registry import LOOKUPS

if TYPE_CHECKING:
    from exim_lang.model.dialect import Dialect

Kind: TypeAlias = Literal["item", "operator", "condition", "variable", "lookup"]
KINDS: tuple[Kind, ...] = ("item", "operator", "condition", "variable", "lookup")
TITLES = {
    "item": "expansion item",
    "operator": "expansion operator",
    "condition": "expansion condition",
    "variable": "variable",
    "lookup": "lookup type",
}
CHAPTERS = {"item": "11.5", "operator": "11.6", "condition": "11.7", "variable": "11.9"}
CHOICES = "`{yes}` and `{no}` may follow, or `fail` for the second"
COMPILED: dict[Kind, tuple[str, ...]] = {
    # what the compiler writes itself and nobody registers
    "item": ("filter", "if", "lookup", "map", "reduce", "sort"),
    "operator": (),
    "condition": ("and", "def", "or", *(each + json for each in ("forall", "forany") for json in ("", "_json", "_jsons"))),
    "variable": (),
    "lookup": (),
}
_COUNTS = {
    "if": (0, 2), "lookup": (0, 4), "filter": (2, 2), "map": (2, 2), "reduce": (3, 3), "sort": (3, 3),
}  # fmt: skip

_FAMILIES = (
    # variables that no table lists: pattern, how they are written, what they are, chapter
    (r"[0-9]+", "$1 or ${1}", "A part of what the last match captured; `$0` is all that matched.", "11.9"),
    (r"acl_c(?:[0-9]|_\w)\w*", "$acl_c_name", "An ACL variable that lives as long as the connection.", "11.9"),
    (r"acl_m(?:[0-9]|_\w)\w*", "$acl_m_name", "An ACL variable that lives as long as the message.", "11.9"),
    (r"r_\w+", "$r_name", "What the option `set` of a router gave this address.", "11.9"),
    (r"auth[1-4]", "$auth1", "What the client sent to authenticate itself, by number.", "33"),
    (r"regex[1-9]", "$regex1", "What the `regex` condition of an ACL captured, by number.", "11.9"),
    (r"h(?:eader)?_\S*", "$h_name: or $header_name:", "Header lines of that name, in the charset `headers_charset`.", "11.5"),
    (r"rh(?:eader)?_\S*", "$rh_name: or $rheader_name:", "Header lines of that name as they stand.", "11.5"),
    (r"bh(?:eader)?_\S*", "$bh_name: or $bheader_name:", "Header lines of that name, MIME words decoded.", "11.5"),
    (r"lh(?:eader)?_\S*", "$lh_name: or $lheader_name:", "Header lines of that name as a list, an item for each.", "11.5"),
)
_VARIABLE_TAINT = "Taint: that of the value; what a client, a message or the DNS said is tainted."
_ITEM_TAINT = {
    "certextract": "the result has the taint of the certificate",
    "dlfunc": "a tainted file name is refused",
    "env": "the result is never tainted",
    "hmac": "the result is never tainted",
    "lookup": "a tainted file name is refused, a tainted query must be quoted for the type; DNS data is tainted",
    "nhash": "the result is never tainted",
    "readfile": "a tainted file name is refused",
    "readsocket": "a tainted socket name is refused",
    "run": "a tainted program name is refused",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One name. `shape` is how it is written; `since` and `until` are versions, empty where there was no change.

    `details` are sentences about arguments and taint. `known` says whether the dialect asked for has the name.
    """

    kind: Kind
    name: str
    shape: str
    text: str
    details: tuple[str, ...]
    since: str
    until: str
    feature: str
    renamed: str
    chapter: str
    known: bool

    @property
    def versions(self) -> str:
        """`since 4.85, removed in 4.96`, or nothing."""
        parts = [f"since {self.since}"] if self.since else []
        if self.until:
            parts.append(f"removed in {self.until}" + (f" (now {self.renamed})" if self.renamed else ""))
        if self.feature:
            parts.append(f"needs a build with {self.feature.replace('|', ' or ')}")
        return ", ".join(parts)

    def line(self) -> str:
        """All of it in one line, the most important first."""
        parts = [f"${self.name}" if self.kind == "variable" else self.shape, self.text, self.versions]
        if not self.known:
            parts.insert(0, "NOT IN THIS VERSION")
        return "  ".join(part for part in parts if part)

    def page(self) -> str:
        """All of it, one fact a line."""
        lines = [f"{self.name}: {TITLES[self.kind]}", f"  {self.shape}", f"  {self.text}"]
        lines += [f"  {detail}" for detail in self.details]
        if self.versions:
            lines.append(f"  {self.versions[0].upper()}{self.versions[1:]}.")
        if not self.known:
            lines.append("  The dialect in use does not have it.")
        lines.append(f"  Specification: chapter {self.chapter}.")
        return "\n".join(lines)


def names(kind: Kind, dialect: Dialect | None = None) -> list[str]:
    """All names of a kind, sorted; with a dialect those that it has."""
    found = sorted({*_registry(kind), *COMPILED[kind]})
    return found if dialect is None else [name for name in found if not dialect.lacks(kind, name)]


def find(name: str, dialect: Dialect) -> list[Entry]:
    """What `name` can be, in the order item, operator, condition, variable, lookup type.

    A leading `$`, `${` or `+` does not matter. An operator may have its arguments with it (`substr_0_3`).
    """
    bare = name.lstrip("${+").rstrip("}:")
    return [entry for kind in KINDS if (entry := describe(kind, bare, dialect)) is not None]


def describe(kind: Kind, name: str, dialect: Dialect) -> Entry | None:
    """What is known of a name of one kind; None for one that no Exim ever had."""
    if kind == "operator":
        name = _operator_name(name, dialect)
    elif kind == "lookup":
        name = lookup_name(name)
    registered = _registry(kind).get(name)
    row = history(kind, name)
    if registered is None and name not in COMPILED[kind] and row is None:
        return _family(name) if kind == "variable" else None
    fact = _facts().get((kind, name))
    shape = (fact and fact["shape"]) or _shape(kind, name, registered)
    return Entry(
        kind=kind,
        name=name,
        shape=shape,
        text=_text(kind, name, fact, registered),
        details=tuple(_details(kind, name, registered, shape)),
        since=row.since if row else "",
        until=row.until if row else "",
        feature=row.feature if row else "",
        renamed=row["renamed"] if row else "",
        chapter=_chapter(kind, name, registered),
        known=not dialect.lacks(kind, name),
    )


def _family(name: str) -> Entry | None:
    for pattern, shape, text, chapter in _FAMILIES:
        if re.fullmatch(pattern, name):
            return Entry("variable", name, shape, text, (_VARIABLE_TAINT,), "", "", "", "", chapter, True)
    return None


def lookup_name(spelling: str) -> str:
    """The type itself in `partial2-lsearch*@,ret=key`."""
    bare = spelling.strip().partition(",")[0].rstrip("*@")
    if bare.startswith("partial"):
        bare = bare.rpartition(")" if ")" in bare else "-")[2]
    return bare.removeprefix("net-")


def first_sentence(function: Callable[..., Any]) -> str:
    """The first line of a docstring; empty without one."""
    if not hasattr(function, "__qualname__"):
        return ""  # an object that is called, whose docstring is its class's
    return (function.__doc__ or "").strip().split("\n")[0].strip()


def _registry(kind: Kind) -> Any:
    return {"item": ITEMS, "operator": OPERATORS, "condition": CONDITIONS, "variable": VARIABLES, "lookup": LOOKUPS}[kind]


@cache
def _facts() -> dict[tuple[str, str], Row]:
    return {(row["kind"], row.name): row for row in rows("descriptions")}


def _operator_name(spelling: str, dialect: Dialect) -> str:
    from exim_lang.expand.names import find_operator

    found, _ = find_operator(spelling, dialect)
    return found.name if found is not None else spelling


def _text(kind: Kind, name: str, fact: Row | None, registered: Any) -> str:
    if fact is not None and fact["text"]:
        return fact["text"]
    if registered is None:
        return "Gone; nothing here evaluates it."
    function = registered.find if kind == "lookup" else registered.function
    return first_sentence(function)


def _shape(kind: Kind, name: str, registered: Any) -> str:
    match kind:
        case "variable":
            return f"${name} or ${{{name}}}"
        case "operator":
            takes = "_argument" if registered is not None and registered.argument else ""
            return f"${{{name}{takes}:string}}"
        case "lookup":
            single = registered is not None and registered.kind == "single-key"
            return f"${{lookup{{key}} {name}{{file}}{{yes}}{{no}}}}" if single else f"${{lookup {name}{{query}}{{yes}}{{no}}}}"
        case "item" | "condition":
            strings = "{string}" * (registered.least if registered is not None else 0)
            return f"${{{name}{strings}}}" if kind == "item" else f"{name} {strings}".rstrip()


def _details(kind: Kind, name: str, registered: Any, shape: str) -> Iterator[str]:
    match kind:
        case "operator":
            if registered is not None:
                yield _operator_argument(f"{{{name}_" in shape)
                yield _operator_taint(registered.taint)
        case "item":
            if name in ("if", "lookup") or (registered is not None and registered.choice):
                yield f"Arguments: {_count(*_arguments(name, registered))}; {CHOICES}."
            else:
                yield f"Arguments: {_count(*_arguments(name, registered))}."
            yield f"Taint: {_ITEM_TAINT.get(name, 'the result has the taint of what it is made from')}."
        case "condition":
            if registered is not None:
                yield f"Arguments: {_count(registered.least, registered.most)}."
        case "variable":
            yield _VARIABLE_TAINT
        case "lookup":
            if registered is not None:
                yield f"Kind: {registered.kind}."
                yield (
                    "Taint: a tainted query must be quoted with "
                    f"${{quote_{name}:...}}." if registered.quote else "Taint: there is no quoting for this type."
                )  # fmt: skip


def _operator_argument(takes: bool) -> str:
    return "Arguments: what stands behind the first underscore, and the string." if takes else "Arguments: the string."


def _operator_taint(rule: str) -> str:
    match rule:
        case "keeps":
            return "Taint: the result has the taint of the string."
        case "clears":
            return "Taint: the result is never tainted."
        case _:
            return "Taint: it decides for itself; `:taint on` shows what comes out."


def _arguments(name: str, registered: Any) -> tuple[int, int]:
    return (registered.least, registered.most) if registered is not None else _COUNTS.get(name, (0, 0))


def _count(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"


def _chapter(kind: Kind, name: str, registered: Any) -> str:
    if kind == "lookup":
        if name.startswith("ldap"):
            return "9.14"
        if name == "dnsdb":
            return "9.10"
        return "9.3" if registered is not None and registered.kind == "single-key" else "9.4"
    return "11.8" if name in ("and", "or") else CHAPTERS[kind]
