"""What a lookup type says of itself when it registers (specification chapter 9).

A lookup is a plain typed function: the scope, what its opener returned, the key or query, and the options that were
written behind the type's name. It returns the data, or None for "not found"; it raises SearchDeferred with Exim's
message when it cannot know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from exim_lang.errors import Deferred, ExpansionError
from exim_lang.plugins import Registry
from exim_lang.records import dataclass

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

Kind: TypeAlias = Literal["single-key", "query", "file+query"]


class SearchDeferred(Deferred):
    """A lookup could not be completed; `message` is what Exim puts into `search_error_message`."""


class SearchOpenError(ExpansionError):
    """The file of a lookup cannot be opened. In a string the expansion fails; in a list Exim gives up altogether."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A lookup's answer that says more than its data: for how long it may be kept, in seconds (None: for ever)."""

    value: bytes | None
    keep: float | None = None


Find: TypeAlias = "Callable[[Scope, Any, bytes, tuple[bytes, ...]], bytes | Reply | None]"
Open: TypeAlias = "Callable[[Scope, bytes], Any]"
Quote: TypeAlias = "Callable[[bytes, str | None], bytes | None]"


@dataclass(frozen=True, slots=True)
class LookupType:
    """One lookup type.

    `kind` "single-key" takes a file and a key, "query" a query, "file+query" a query and a file that stands in an
    option, in a main option or in front of the query. `find(scope, handle, key, options)`; `open(scope, file)` gives
    the handle, once per session, and raises SearchOpenError; types without an opener get None. `quote(value, option)`
    escapes a value, None for an option that it does not know; `quoter` names the quoting, which types may share.
    `default_file(scope)` is the file of a "file+query" type where the query names none.
    """

    name: str
    kind: Kind
    find: Find
    open: Open | None
    quote: Quote | None
    quoter: str
    default_file: Callable[[Scope], bytes] | None = None


LOOKUPS: Registry[LookupType] = Registry("lookup type", "exim_lang.lookups", "exim_lang.lookups")

FindFunction = TypeVar("FindFunction", bound="Find")


def lookup_type(
    *names: str,
    kind: Kind,
    open: Open | None = None,
    quote: Quote | None = None,
    quoter: str = "",
    default_file: Callable[[Scope], bytes] | None = None,
) -> Callable[[FindFunction], FindFunction]:
    """Registers a lookup type under each of `names`. `quoter` is the first name, unless it says otherwise."""

    def register(find: FindFunction) -> FindFunction:
        for name in names:
            label = (quoter or names[0]) if quote else ""
            LOOKUPS.add(name, LookupType(name, kind, find, open, quote, label, default_file))
        return find

    return register
