"""Taking addresses apart: `${address:`, `${addresses:`, `${domain:`, `${local_part:` (specification section 11.6)."""

from __future__ import annotations

from typing import Final

from exim_lang.errors import ExpansionError
from exim_lang.expand.addresses import LONGEST, PLAIN, AddressError, Parsed, parse_address, parse_addresses
from exim_lang.expand.registry import operator
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import COLON, SPACES, join_list

_NAMES: Final = ("allow_domain_literals", "allow_utf8_domains", "strip_trailing_dot")
_MEMO: Final = "how addresses are read"


def _parse(scope: Scope, value: bytes) -> Parsed | None:
    try:
        return parse_address(value, **_options(scope))
    except AddressError:
        return None


def _options(scope: Scope) -> dict[str, bool]:
    memo = scope.config.memo
    options: dict[str, bool] | None = memo.get(_MEMO)
    if options is None:
        options = memo[_MEMO] = {name: bool(scope.config.option(name)) for name in _NAMES}
    return {**options, "allow_utf8_domains": True} if scope.message.smtputf8 else options


@operator("address", scope=True)
def address(scope: Scope, value: bytes) -> bytes:
    """The effective address; nothing when the string is no address."""
    parsed = _parse(scope, value)
    return parsed.address if parsed else b""


@operator("domain", scope=True)
def domain(scope: Scope, value: bytes) -> bytes:
    plain = PLAIN.fullmatch(value)
    if plain is not None and len(value) <= LONGEST:
        return plain[2]
    parsed = _parse(scope, value)
    return parsed.domain if parsed else b""


@operator("local_part", scope=True)
def local_part(scope: Scope, value: bytes) -> bytes:
    """The local part, with its quotes where it has any."""
    plain = PLAIN.fullmatch(value)
    if plain is not None and len(value) <= LONGEST:
        return plain[1]
    parsed = _parse(scope, value)
    return parsed.local_part if parsed else b""


@operator("addresses", scope=True)
def addresses(scope: Scope, value: bytes) -> bytes:
    """The addresses in a list such as a `To:` line, as a list; `>x` in front asks for another separator."""
    rest = value.lstrip(SPACES)
    separator = COLON
    if rest[:1] == b">":
        if len(rest) == 1:
            shown = value.decode("latin-1")
            raise ExpansionError(f"output separator missing in expanding ${{addresses:{shown}}}")
        separator = rest[1]
        rest = rest[2:]
    found = parse_addresses(rest, **_options(scope))
    return join_list((one.address for one in found if isinstance(one, Parsed) and one.address), separator)
