"""Public suffixes, from `dmarc_tld_file` or from the list that comes with the library."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from exim_lang.expand.options import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from exim_lang.expand.scope import Scope


def tld_file(scope: Scope) -> bytes:
    """The name of the file; empty where DMARC is switched off by that (since Exim 4.94). Expanded since 4.99."""
    text = scope.config.text("dmarc_tld_file")
    if text is not None and scope.config.dialect.version >= (4, 99):
        return scope.expand(text)
    given = option(scope, "dmarc_tld_file")
    if text is None and scope.config.dialect.version < (4, 94):
        return given or b"/etc/exim/opendmarc.tlds"
    return given


def suffix_finder(scope: Scope, file: bytes) -> Callable[[str], str]:
    """What gives the public suffix of a domain in lower case.

    A file that is not here says nothing of the machine where the configuration runs: then the library's own list counts.
    """
    try:
        known = scope.world.parsed_file(bytes(file), _parse)
    except OSError:
        known = _own_list()

    def suffix_of(domain: str) -> str:
        return str(known.publicsuffix(domain) or "")

    return suffix_of


def _parse(content: bytes) -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(content.decode("utf-8", "replace").splitlines())


@cache
def _own_list() -> Any:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
