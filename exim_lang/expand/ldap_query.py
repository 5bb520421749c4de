"""An LDAP lookup's query taken apart: the settings in front of it, and the URL (specification 9.15 to 9.18)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.records import dataclass, field
from exim_lang.search.registry import SearchDeferred

_SPACES: Final = b" \t\n\v\f\r"
_NAME: Final = re.compile(rb"([A-Za-z]+)=")
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_HEX: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_NAMES: Final = ("user", "pass", "size", "time", "connect", "nettime", "servers", "dereference", "referrals")
_SCOPES: Final = {
    b"": "BASE",
    b"base": "BASE",
    b"one": "LEVEL",
    b"onelevel": "LEVEL",
    b"sub": "SUBTREE",
    b"subtree": "SUBTREE",
    b"subordinate": "CHILDREN",
    b"children": "CHILDREN",
}
_BAD_URL, _BAD_SCOPE, _BAD_FILTER = 5, 8, 9


@dataclass(frozen=True, slots=True)
class LdapUrl:
    """`SCHEME://HOST:PORT/DN?ATTRIBUTES?SCOPE?FILTER`, unquoted. `port` is 0 and `host` empty where there is none."""

    scheme: str
    host: bytes
    port: int
    dn: bytes
    attributes: tuple[bytes, ...]
    scope: str
    filter: bytes


@dataclass(frozen=True, slots=True)
class LdapQuery:
    """The settings in front of a URL, by their lower-case names, and the URL. A missing setting is not in `settings`."""

    url: LdapUrl
    text: bytes
    settings: dict[str, bytes] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """A setting as a number as far as it is one; 0 when it is missing."""
        digits = re.match(rb"\d*", self.settings.get(name, b""))
        return int(digits[0] or 0) if digits else 0


def parse_ldap_query(query: bytes) -> LdapQuery:
    """Takes a query apart; raises SearchDeferred with Exim's words for what cannot be read."""
    settings: dict[str, bytes] = {}
    rest = query
    while rest[:4].lower() != b"ldap":
        name = _NAME.match(rest)
        if name is None:
            raise SearchDeferred("malformed parameter setting precedes LDAP URL")
        rest = rest[name.end() :]
        quoted = _QUOTED.match(rest)
        if quoted is not None:
            value = _ESCAPED.sub(lambda match: _LETTERS.get(match[1], match[1]), quoted[1])
            rest = rest[quoted.end() :]
        else:
            value = re.split(rb"\s", rest, maxsplit=1)[0]
            rest = rest[len(value) :]
        key = name[1].decode().lower()
        if key not in _NAMES:
            raise SearchDeferred(f'unknown parameter "{name[1].decode()}=" precedes LDAP URL')
        if key == "referrals" and value.lower() not in (b"follow", b"nofollow"):
            raise SearchDeferred('LDAP option REFERRALS is not "follow" or "nofollow"')
        settings["nettime" if key == "connect" else key] = _unquoted(value) if key == "user" else value
        if rest and rest[0] not in _SPACES:
            raise SearchDeferred("malformed parameter setting precedes LDAP URL")
        rest = rest.lstrip(_SPACES)
    if not re.match(rb"(?i)ldap[si]?://", rest):
        shown = rest[:16].decode("latin-1")
        raise SearchDeferred(
            f'LDAP URL does not start with "ldap://", "ldaps://", or "ldapi://" (it starts with "{shown}...")'
        )
    return LdapQuery(_parse_url(rest), rest, settings)


def _parse_url(url: bytes) -> LdapUrl:
    scheme, _, rest = url.partition(b"://")
    place, _, path = rest.partition(b"/")
    if b"?" in place:
        place, _, path = rest.partition(b"?")
        path = b"?" + path
    parts = path.split(b"?")
    host, colon, digits = place.rpartition(b":") if not place.endswith(b"]") else (place, b"", b"")
    if not colon:
        host, digits = place, b""
    if len(parts) > 5 or (colon and not digits.isdigit()):
        raise _bad(_BAD_URL, url)
    parts += [b""] * (5 - len(parts))
    level = _SCOPES.get(parts[2].lower())
    if level is None:
        raise _bad(_BAD_SCOPE, url)
    if re.search(rb"%(?![0-9A-Fa-f]{2})", parts[3]):
        raise _bad(_BAD_FILTER, url)
    attributes = tuple(name for name in _unquoted(parts[1]).split(b",") if name)
    return LdapUrl(
        scheme.decode().lower(),
        _unquoted(host.strip(b"[]")),
        int(digits or 0),
        _unquoted(parts[0]),
        attributes,
        level,
        _unquoted(parts[3]) or b"(objectClass=*)",
    )


def _unquoted(value: bytes) -> bytes:
    return _HEX.sub(lambda match: bytes([int(match[1], 16)]), value) if b"%" in value else value


def _bad(code: int, url: bytes) -> SearchDeferred:
    return SearchDeferred(f'ldap_url_parse: (error {code}) parsing "{url.decode("latin-1")}"\n')


def ldap_data(attributes: list[tuple[bytes, list[bytes]]], requested: int) -> bytes:
    """One entry as Exim writes it: the values of a single attribute that was asked for, else `name="values"` pairs."""
    if requested == 1:
        return b",".join(value.replace(b",", b",,") for _, values in attributes for value in values)
    return b" ".join(name + b'="' + b",".join(map(_quoted_value, values)) + b'"' for name, values in attributes)


def _quoted_value(value: bytes) -> bytes:
    value = value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return value.replace(b",", b",,").replace(b"\n", b"\\n")
