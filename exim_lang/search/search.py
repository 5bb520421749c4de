"""Looking something up: opening, trying keys, caching, checking taint (specification chapter 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from exim_lang.errors import ExpansionError
from exim_lang.records import dataclass, field
from exim_lang.search.partial import attempts
from exim_lang.search.registry import Reply, SearchDeferred, SearchOpenError
from exim_lang.search.types import WILD, SearchType, find_type, parse_lookup_type
from exim_lang.taint import Tainted, like, quoted_for, untainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.dialect import Dialect

__all__ = [
    "Found",
    "SearchDeferred",
    "SearchOpenError",
    "SearchType",
    "deferred_message",
    "find",
    "parse_lookup_type",
    "quote",
]

_SPACES: Final = b" \t\n\v\f\r"
_ESCAPES: Final = {8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


class Found(NamedTuple):
    """What a lookup found. `numeric` is what `$0`, `$1`, `$2` become, None when they stay as they are."""

    value: bytes
    numeric: tuple[bytes | None, ...] | None = None


@dataclass(slots=True)
class Place:
    """What is open for a lookup type and a file name, and by key and options what was found, with the time it holds until."""

    handle: Any
    results: dict[tuple[bytes, tuple[bytes, ...]], tuple[bytes | None, float | None]] = field(default_factory=dict)


def find(scope: Scope, search: SearchType, key: bytes, file: bytes | None = None) -> Found | None:
    """Looks up `key` in `file`, or the query `key`; None when there is nothing.

    Raises SearchOpenError when the file cannot be opened, SearchDeferred when the answer cannot be known now, and
    ClosedWorld for what nobody allowed or answered.
    """
    key, place = _open(scope, search, key, file)
    if search.partial is None and not search.star:
        value = _find_one(scope, search, place, key)
        if value is None:
            return None
        # A regular expression among the keys of a wild search may have matched: Exim unsets the numeric variables.
        return Found(untainted(key) if search.return_key else value, () if search.name in WILD else None)
    for attempt in attempts(search, key):
        value = _find_one(scope, search, place, attempt.key)
        if value is None:
            continue
        numeric: tuple[bytes | None, ...] | None = None
        if attempt.wild is not None:
            numeric = (scope.numeric[0] if scope.numeric else None, attempt.wild, attempt.fixed)
        elif search.name in WILD:
            numeric = ()
        return Found(untainted(key) if search.return_key else value, numeric)
    return None


def find_value(scope: Scope, search: SearchType, key: bytes, file: bytes | None = None) -> bytes | None:
    """What `find` gives as the value, for a search that is `simple`."""
    places: Any = scope.caches.get("search")
    if places is not None and file.__class__ is bytes and search.read_cache:  # nothing to open: most are known already
        place: Place | None = places.get((search.lookup.name, file))
        if place is not None and key:
            known = place.results.get((key, search.options))
            if known is None:
                return _ask(scope, search, place, key)
            if known[1] is None:
                return known[0]
    key, opened = _open(scope, search, key, file)
    return _find_one(scope, search, opened, key)


def _open(scope: Scope, search: SearchType, key: bytes, file: bytes | None) -> tuple[bytes, Place]:
    """The key, or the query without what stands in front of it, and where to look for it."""
    lookup = search.lookup
    if lookup.kind != "single-key":
        key = like(key.lstrip(_SPACES), key)
        if lookup.kind == "file+query":
            key, file = _file_of_query(scope, search, key)
    if file is not None and type(file) is not bytes:
        message = f"Tainted filename for search: '{file.decode('latin-1')}'"
        scope.log += [("main", message), ("panic", message)]
        raise SearchOpenError(message)
    places: Any = scope.caches.get("search")
    if places is None:
        places = scope.caches["search"] = {}
    place: Place | None = places.get((lookup.name, file))
    if place is None:
        find_type(lookup.name.encode(), scope.config.dialect)  # strings are compiled for all builds
        place = Place(lookup.open(scope, file or b"") if lookup.open is not None else None)
        places[lookup.name, file] = place
    return key, place


def _find_one(scope: Scope, search: SearchType, place: Place, key: bytes) -> bytes | None:
    if not key:
        return None
    known = place.results.get((key, search.options))
    if known is not None and search.read_cache and (known[1] is None or known[1] > scope.world.now()):
        return known[0]
    return _ask(scope, search, place, key)


def _ask(scope: Scope, search: SearchType, place: Place, key: bytes) -> bytes | None:
    """What the lookup type finds, which is kept as long as it says."""
    lookup = search.lookup
    if lookup.quoter and isinstance(key, Tainted) and key.quoter != lookup.quoter:
        shown = _without_servers(bytes(key)).decode("latin-1")
        message = f"tainted search query is not properly quoted{scope.log_place}: {shown}"
        scope.log += [("main", message), ("panic", message)]
        if scope.world.strict_quoting:
            raise ExpansionError(message)
    answer = lookup.find(scope, place.handle, key, search.options)
    value, keep = (answer.value, answer.keep) if isinstance(answer, Reply) else (answer, None)
    if not search.write_cache:
        pass
    elif keep is None:
        place.results[bytes(key), search.options] = (value, None)
    elif keep > 0:
        place.results[bytes(key), search.options] = (value, scope.world.now() + keep)
    else:
        place.results.clear()  # something was changed: what was read before may be wrong
    return value


def _without_servers(query: bytes) -> bytes:
    """The query without server names and passwords in front of it, for the log."""
    if not query.startswith(b"servers"):
        return query
    _, semicolon, rest = query.partition(b";")
    return rest.lstrip(_SPACES) if semicolon else query


def obsolete_syntax(scope: Scope) -> None:
    """Since 4.98 a query that begins with a file name or with servers is warned of."""
    if scope.config.dialect.version >= (4, 98):
        scope.log.append(("main", "WARNING: obsolete syntax used for lookup"))


def _file_of_query(scope: Scope, search: SearchType, query: bytes) -> tuple[bytes, bytes]:
    """The query and the file of a type that takes both: an option, in front of the query, or a main option."""
    file: bytes = b""
    for option in search.options:
        if option.startswith(b"file="):
            file = option[5:]
            break
    else:
        if query.startswith(b"/"):
            obsolete_syntax(scope)
            words = bytes(query).split(None, 1)
            file = like(words[0], query)
            query = like(words[1] if len(words) > 1 else b"", query)
        else:
            file = search.lookup.default_file(scope) if search.lookup.default_file is not None else b""
    if not file.startswith(b"/"):
        raise SearchOpenError(f'absolute file name expected for "{search.name}" lookup')
    return query, file


def quote(name: bytes, value: bytes, option: bytes | None = None, dialect: Dialect | None = None) -> bytes:
    """`${quote_NAME:value}` and `${quote_NAME_option:value}` (specification 9.9).

    The result of quoting an untainted value is untainted, of a tainted one it is labelled with the quoter. Raises
    ExpansionError for an unknown type, and for an option that the type does not know.
    """
    lookup = find_type(bytes(name), dialect)
    word = option.decode("latin-1") if option is not None else None
    quoted = lookup.quote(bytes(value), word) if lookup.quote else (bytes(value) if word is None else None)
    if quoted is None:
        raise ExpansionError(f'"{word}" unrecognized after "${{quote_{lookup.name}"')
    if type(value) is bytes:
        return quoted
    return quoted_for(lookup.quoter)(quoted) if lookup.quoter else Tainted(quoted)


def deferred_message(key: bytes, error: SearchDeferred, version: tuple[int, int] = (4, 99)) -> str:
    """What an expansion says when a lookup was deferred; since 4.97 the reason stands in quotes."""
    shown = _printing(key)
    if version < (4, 97):
        return f'lookup of "{shown}" gave DEFER: {error.message}'
    reason = error.message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'lookup of "{shown}" gave DEFER: "{reason}"'


def _printing(value: bytes) -> str:
    """Characters that cannot be printed as escapes, as Exim shows values in messages."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F else _ESCAPES.get(byte) or f"\\{byte:03o}" for byte in bytes(value)
    )
