"""psl, regdom: the public suffix of a domain, and the domain that is registered below it, by a Public Suffix List."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exim_lang.errors import EximLangError
from exim_lang.search.parsed import open_parsed
from exim_lang.search.registry import lookup_type

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope


def _parse(content: bytes) -> Any:
    """The list; names that are not ASCII count in UTF-8 and in their encoded form."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(content.decode("utf-8").splitlines(), accept_unknown=False)


def _open(scope: Scope, file: bytes) -> Any:
    return open_parsed(scope, file, "psl lookup", _parse)


def _suffix(handle: Any, key: bytes) -> tuple[str, str]:
    """The domain, and its public suffix. Raises EximLangError for one that no rule of the list is about."""
    try:
        domain = key.decode("utf-8").lower().rstrip(".")
    except UnicodeDecodeError as error:
        raise EximLangError("the domain of a psl lookup is not UTF-8") from error
    suffix = handle.publicsuffix(domain)
    if suffix is None:
        raise EximLangError(f'no rule of the public suffix list is about "{domain}": what Exim makes of that is not known')
    return domain, str(suffix)


@lookup_type("psl", kind="single-key", open=_open)
def psl(scope: Scope, handle: Any, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The public suffix."""
    return _suffix(handle, bytes(key))[1].encode()


@lookup_type("regdom", kind="single-key", open=_open)
def regdom(scope: Scope, handle: Any, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The registered domain: the public suffix and one label more; None for a domain that is a public suffix."""
    domain, suffix = _suffix(handle, bytes(key))
    if domain == suffix:
        return None
    return f"{domain.removesuffix(f'.{suffix}').rpartition('.')[2]}.{suffix}".encode()
