"""YAML 1.2 with places: plain data, and where each piece of it stands.

Only what JSON has can be said: `no`, `on` and `12:30` are strings, a date is a string; there are no tags and no merge keys.
"""

from __future__ import annotations

import io
import re
from typing import Any, TypeAlias

from exim_lang.errors import UsageError
from exim_lang.records import dataclass, field

Path: TypeAlias = tuple["str | int", ...]

_PARAMETER = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z_0-9]*)\s*\}\}")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = ("", "~", "null", "Null", "NULL")


class DocumentError(UsageError):
    """One mistake in a scenario file: the message begins with file:line:col."""

    def __init__(self, name: str, line: int, column: int, what: str) -> None:
        super().__init__(f"{name}:{line}:{column}: {what}")
        self.name, self.line, self.column, self.what = name, line, column, what


@dataclass(slots=True)
class Document:
    """`data` as JSON would have it; `places` the line and column (from 1) of each path, `keys` those of the keys."""

    name: str
    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    literal: set[Path] = field(default_factory=set)
    """Texts behind `|`, whose lines are lines of the file."""

    def place(self, path: Path) -> tuple[int, int]:
        """The place of a value, or of the innermost value around it that is known."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def error(self, path: Path, what: str, *, key: bool = False) -> DocumentError:
        """A mistake in the value, or with `key` in the name, at `path`."""
        line, column = self.keys.get(path, self.place(path)) if key else self.place(path)
        return DocumentError(self.name, line, column, what)


def read_document(text: str, name: str) -> Document:
    """The one document of a YAML text; raises DocumentError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document(name)
    try:
        root = YAML(typ="safe", pure=True).compose(io.StringIO(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise DocumentError(name, line, column, str(error.problem or error.context)) from error
    except YAMLError as error:
        position = getattr(error, "position", None)
        line = text.count("\n", 0, position) + 1 if isinstance(position, int) else 1
        raise DocumentError(name, line, 1, str(error).splitlines()[0]) from error
    if root is not None:
        document.data = _Builder(document).value(root, ())
    return document


class _Builder:
    """Makes plain data of the nodes that ruamel.yaml composes."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.open: list[int] = []

    def value(self, node: Any, path: Path) -> Any:
        place = node.start_mark.line + 1, node.start_mark.column + 1
        self.document.places.setdefault(path, place)
        if id(node) in self.open:
            raise self.document.error(path, "an alias stands inside its own anchor")
        self.open.append(id(node))
        try:
            match node.id:
                case "mapping":
                    return self.mapping(node, path)
                case "sequence":
                    self.plain(node, path, "seq")
                    return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
                case _:
                    return self.scalar(node, path)
        finally:
            self.open.pop()

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        self.plain(node, path, "map")
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if key_node.id != "scalar":
                hint = ' (a parameter stands in quotes: "{{x}}")' if key_node.id == "mapping" else ""
                raise DocumentError(self.document.name, line, column, f"a key is a word{hint}")
            key = str(key_node.value)
            if key in result:
                raise DocumentError(self.document.name, line, column, f'"{key}" stands here twice')
            self.document.keys[*path, key] = (line, column)
            result[key] = self.value(value_node, (*path, key))
        return result

    def plain(self, node: Any, path: Path, kind: str) -> None:
        tag = str(node.tag)
        if tag != f"tag:yaml.org,2002:{kind}":
            raise self.document.error(path, f"tags are not used here: {tag}")

    def scalar(self, node: Any, path: Path) -> Any:
        text = str(node.value)
        if node.style == "|":
            self.document.literal.add(path)
        if node.style in ("'", '"', "|", ">"):
            return text
        tag = str(node.tag)
        if not tag.startswith("tag:yaml.org,2002:"):
            raise self.document.error(path, f"tags are not used here: {tag}")
        if text in _NULLS:
            return None
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
        return text


def parameters_in(value: Any) -> set[str]:
    """The names of the parameters {{x}} in data."""
    match value:
        case str():
            return set(_PARAMETER.findall(value))
        case list():
            return set().union(*map(parameters_in, value))
        case dict():
            return set().union(*(parameters_in(key) | parameters_in(item) for key, item in value.items()))
    return set()


def with_parameters(value: Any, parameters: dict[str, Any]) -> Any:
    """The data with {{x}} replaced; a string that is nothing but one parameter becomes its value, of whatever type."""
    match value:
        case str():
            whole = _PARAMETER.fullmatch(value)
            if whole is not None and whole[1] in parameters:
                return parameters[whole[1]]
            return _PARAMETER.sub(lambda match: _shown(parameters.get(match[1], match[0])), value)
        case list():
            return [with_parameters(item, parameters) for item in value]
        case dict():
            return {_shown(with_parameters(key, parameters)): with_parameters(item, parameters) for key, item in value.items()}
    return value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
