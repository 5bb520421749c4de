"""Which ACL a string means: one of the configuration, one in a file, or the string itself (specification chapter 44.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.acl import log
from exim_lang.acl.check import AclError
from exim_lang.acl.trace import say
from exim_lang.records import dataclass
from exim_lang.source.text import SourceFile, Text
from exim_lang.syntax.acl import parse_inline
from exim_lang.syntax.acl_names import AclNames, acl_names
from exim_lang.syntax.acl_nodes import Acl
from exim_lang.taint import is_tainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_BLANKS = b" \t\n\v\f\r"
_CACHE = "acl: texts"


@dataclass(frozen=True, slots=True)
class Found:
    """An ACL and what the trace calls it: `ACL "x"` or `inline ACL`. `acl` is None for a name without statements."""

    label: str
    acl: Acl | None


def find_acl(scope: Scope, value: bytes, origin: Text | None = None) -> Found:
    """The ACL that the expanded string `value` names or contains.

    `origin` is the text that it was written as, where expansion did not change it: statements of an inline ACL then know their
    places. Raises AclError with Exim's message: tainted text, a file that cannot be read, wrong syntax.
    """
    start = len(value) - len(value.lstrip(_BLANKS))
    name = value[start:]
    shown = name.decode("latin-1")
    if is_tainted(value) and scope.config.dialect.version >= (4, 95):
        log.write(scope, ("main", "panic"), f'attempt to use tainted ACL text "{shown}"')
        raise AclError("internal configuration error")
    texts = scope.caches.setdefault(_CACHE, {})
    assert isinstance(texts, dict), "the key is ours"
    if b" " not in name:
        if shown in scope.config.acls:
            return _named(scope, shown, scope.config.acls[shown])
        if name.startswith(b"/"):
            if name in texts:
                return _named(scope, shown, texts[name])
            acl = _read(scope, name)
            texts[name] = acl
            return Found(f'ACL "{shown}"', acl)
    if origin is not None and origin.string == value.decode("latin-1"):
        text = origin.slice(start, len(origin))
    else:
        text = Text.literal(shown, "<inline ACL>")
    cached = texts.get(bytes(name))
    if cached is None:
        cached = texts[bytes(name)] = _parse(scope, text)
    return Found("inline ACL", cached)


def _named(scope: Scope, name: str, acl: Acl) -> Found:
    if not acl.statements:
        say(scope, f'ACL "{name}" is empty: implicit DENY')
        return Found(f'ACL "{name}"', None)
    say(scope, f'using ACL "{name}"')
    return Found(f'ACL "{name}"', acl)


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
