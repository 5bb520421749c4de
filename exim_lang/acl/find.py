"""Which ACL a string means: one of the configuration, one in a file, or the string itself (specification chapter 44.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl import log
from exim_lang.acl.check import AclError
from exim_lang.acl.prepared import PreparedStatement, prepare
from exim_lang.acl.trace import say
from exim_lang.records import dataclass, replace
from exim_lang.source.text import SourceFile, Text
from exim_lang.syntax.acl import parse_inline
from exim_lang.syntax.acl_names import AclNames, acl_names
from exim_lang.syntax.acl_nodes import Acl
from exim_lang.taint import is_tainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_BLANKS = b" \t\n\v\f\r"
_CACHE = "acl: texts"
_NAMED = "acl: by name"


@dataclass(frozen=True, slots=True)
class Found:
    """An ACL ready to be run, and what the trace calls it: `ACL "x"` or `inline ACL`.

    `known_empty` is a name behind which there are no statements, as the trace has said.
    """

    label: str
    acl: Acl
    statements: tuple[PreparedStatement, ...]
    known_empty: bool = False


def find_acl(scope: Scope, value: bytes, origin: Text | None = None) -> Found:
    """The ACL that the expanded string `value` names or contains.

    `origin` is the text that it was written as, where expansion did not change it: statements of an inline ACL then know their
    places. Raises AclError with Exim's message: tainted text, a file that cannot be read, wrong syntax.
    """
    name = value.lstrip(_BLANKS)
    shown = name.decode("latin-1")
    if is_tainted(value) and scope.config.dialect.version >= (4, 95):
        log.write(scope, ("main", "panic"), f'attempt to use tainted ACL text "{shown}"')
        raise AclError("internal configuration error")
    texts = scope.caches.setdefault(_CACHE, {})
    assert isinstance(texts, dict), "the key is ours"
    if b" " not in name:
        if shown in scope.config.acls:
            return _named(scope, shown)
        if name.startswith(b"/"):
            kept: Found | None = texts.get(name)
            if kept is not None:
                return _told(scope, kept, shown)
            found = _ready(scope, f'ACL "{shown}"', _read(scope, name))
            texts[name] = replace(found, known_empty=not found.statements)
            return found
    cached: Found | None = texts.get(bytes(name))
    if cached is None:
        if origin is not None and origin.string == value.decode("latin-1"):
            text = origin.slice(len(value) - len(name), len(origin))
        else:
            text = Text.literal(shown, "<inline ACL>")
        cached = texts[bytes(name)] = _ready(scope, "inline ACL", _parse(scope, text))
    return cached


def _ready(scope: Scope, label: str, acl: Acl) -> Found:
    return Found(label, acl, prepare(acl, scope.config.dialect))


def _named(scope: Scope, name: str) -> Found:
    """An ACL of the configuration, which is made ready once."""
    ready: dict[str, Found] = scope.config.memo.setdefault(_NAMED, {})
    acl = scope.config.acls[name]
    found = ready.get(name)
    if found is None or found.acl is not acl:
        found = ready[name] = replace(_ready(scope, f'ACL "{name}"', acl), known_empty=not acl.statements)
    return _told(scope, found, name)


def known_by_name(scope: Scope, option: Text) -> Found | None:
    """The ACL of the configuration that an option names as it stands, once it was made ready; None: look for it."""
    name = option.string
    found: Found | None = scope.config.memo.get(_NAMED, {}).get(name)
    if found is None or found.acl is not scope.config.acls.get(name) or "$" in name or "\\" in name:
        return None
    return found


def _told(scope: Scope, found: Found, name: str) -> Found:
    if scope.debug is not None:
        say(scope, f'ACL "{name}" is empty: implicit DENY' if found.known_empty else f'using ACL "{name}"')
    return found


def _read(scope: Scope, path: bytes) -> Acl:
    shown = path.decode("latin-1")
    try:
        content = scope.world.read_file(path)
    except OSError as error:
        raise AclError(f'failed to open ACL file "{shown}": {error.strerror}') from error
    say(scope, f"read ACL from file {shown}")
    # what stands behind a NUL is never seen
    file = SourceFile(shown, content.partition(b"\0")[0].decode("latin-1"))
    return _parse(scope, Text.of(file))


def _parse(scope: Scope, text: Text) -> Acl:
    files = scope.config.files
    # Exim names the last line of the configuration, which it read long ago
    file, content = (files[0].name, files[0].content) if files else (scope.config.path, "")
    line = content.count("\n") + (not content.endswith("\n"))
    acl, problems = parse_inline(text, names_of(scope), exim_file=file, exim_line=line)
    if problems:
        raise AclError(problems[0].message, problems[0].span, problems[0].text)
    return acl


def names_of(scope: Scope) -> AclNames:
    """The conditions and modifiers that the dialect of the configuration knows."""
    dialect = scope.config.dialect
    return acl_names(dialect.version, dialect.build.features, dialect.switched_on)
