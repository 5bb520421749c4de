"""lsearch, wildlsearch, nwildlsearch, iplsearch: text files searched line by line (specification 9.3)."""

from __future__ import annotations

import ipaddress
import re
import stat
from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.errors import EximLangError, ExpansionError, ForcedFailure
from exim_lang.expand.ip_address import ip_version
from exim_lang.records import dataclass, field
from exim_lang.search.registry import SearchDeferred, SearchOpenError, lookup_type
from exim_lang.world.files import open_failed

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_SPACES: Final = b" \t\n\v\f\r"
_SEARCHES_BEFORE_INDEX: Final = 4
_ENDS_KEY: Final = b":" + _SPACES
_NOT_IN_KEYS: Final = re.compile(rb"^#|[:\s]")
_NEXT_ENTRY: Final = re.compile(rb"\n(?=[^\s#])")
_KEY: Final = re.compile(rb"[^:\s]*")
_LETTERS: Final = {0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9, 0x76: 11}


class Entry(NamedTuple):
    """A key, and what follows it: on its own line, and joined from continuation lines."""

    key: bytes
    rest: bytes
    more: bytes

    @property
    def data(self) -> bytes:
        """The data: white space, a colon and white space behind the key do not count."""
        rest = self.rest.lstrip(_SPACES)
        return (rest[1:].lstrip(_SPACES) if rest.startswith(b":") else rest) + self.more

    @property
    def line(self) -> bytes:
        """Key and data as one line, for `ret=full`."""
        return self.key + self.rest + self.more


@dataclass(slots=True)
class LinearFile:
    """A file of a linear search: searched as text for the first keys, by an index of all keys from then on."""

    content: bytes
    searches: int = 0
    _lines: bytes = b""
    _entries: list[Entry] | None = None
    _by_key: dict[bytes, Entry] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        """All entries in order."""
        if self._entries is None:
            self._entries = read_entries(self.content)
            for entry in reversed(self._entries):
                self._by_key[entry.key.lower()] = entry
        return self._entries

    def first(self, key: bytes) -> Entry | None:
        """The first entry with that key, which is compared without regard to case."""
        self.searches += 1
        if self._entries is None and (self.searches > _SEARCHES_BEFORE_INDEX or self._has_quoted_keys()):
            _ = self.entries
        if self._entries is not None:
            return self._by_key.get(key.lower())
        if _NOT_IN_KEYS.search(key):
            return None
        if not self._lines:
            self._lines = b"\n" + self.content.lower()
        wanted = b"\n" + key.lower()
        at = self._lines.find(wanted)
        while at != -1:
            end = at + len(wanted)
            if end == len(self._lines) or self._lines[end] in _ENDS_KEY:
                following = _NEXT_ENTRY.search(self.content, end - 1)
                return read_entries(self.content[at : following.start() + 1 if following is not None else None])[0]
            at = self._lines.find(wanted, end)
        return None

    def _has_quoted_keys(self) -> bool:
        return self.content.startswith(b'"') or b'\n"' in self.content


def read_entries(content: bytes) -> list[Entry]:
    """Takes the content of a file apart.

    An empty line or a comment in an entry ends it: Exim takes what follows up to the next key for part of the comment.
    """
    result: list[Entry] = []
    key = rest = b""
    more: list[bytes] = []
    inside = ended = False

    def finish() -> None:
        result.append(Entry(key, rest, b"".join(more)))

    for raw in content.split(b"\n") if not content.endswith(b"\n") else content[:-1].split(b"\n"):
        line = raw.rstrip(_SPACES)
        if not line or line[0] == 0x23:
            ended = True
        elif line[0] in _SPACES:
            if inside and not ended:
                more.append(b" " + line.lstrip(_SPACES))
        else:
            if inside:
                finish()
            inside, ended = True, False
            more = []
            key, rest = _split(line)
    if inside:
        if content and not content.endswith(b"\n"):  # the end of the last line stays as it is without a newline
            blank = content[len(content.rstrip(_SPACES)) :]
            if more:
                more.append(blank)
            elif blank:
                rest += blank
        finish()
    return result


def _split(line: bytes) -> tuple[bytes, bytes]:
    """The key of a line and what stands behind it."""
    if line[0] != 0x22:
        found = _KEY.match(line)
        at = found.end() if found is not None else 0
        return line[:at], line[at:]
    key = bytearray()
    at = 1
    while at < len(line) and line[at] != 0x22:
        if line[at] == 0x5C and at + 1 < len(line):
            code, at = _escape(line, at + 1)
            key.append(code)
        else:
            key.append(line[at])
            at += 1
    return bytes(key), line[at + 1 :]


def _escape(line: bytes, at: int) -> tuple[int, int]:
    """The character that the escape behind a backslash stands for, and the offset behind it (specification 6.17)."""
    byte = line[at]
    if byte in b"01234567":
        end = at + 1
        while end < len(line) and end < at + 3 and line[end] in b"01234567":
            end += 1
        return int(line[at:end], 8) & 0xFF, end
    if byte == 0x78:
        end = at + 1
        while end < len(line) and end < at + 3 and line[end] in b"0123456789abcdefABCDEF":
            end += 1
        return int(line[at + 1 : end] or b"0", 16), end
    return _LETTERS.get(byte, byte), at + 1


def open_linear(scope: Scope, file: bytes) -> LinearFile:
    """Reads the file of a linear search."""
    shown = file.decode("latin-1")
    try:
        mode = scope.world.stat(file).st_mode if file.startswith(b"/") else 0
        if mode and not stat.S_ISREG(mode):
            raise SearchOpenError(f"{shown} is not a regular file (lsearch lookup)")
        if not mode:
            raise FileNotFoundError(2, "")  # a relative path: Exim looks in its spool directory
        return scope.world.parsed_file(file, LinearFile)
    except OSError as error:
        raise SearchOpenError(open_failed(f"{shown} for linear search", error)) from error


def _result(entry: Entry, options: tuple[bytes, ...]) -> bytes:
    return entry.line if b"ret=full" in options else entry.data


@lookup_type("lsearch", kind="single-key", open=open_linear)
def lsearch(scope: Scope, handle: LinearFile, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The first line whose key is `key`, without regard to case."""
    entry = handle.first(bytes(key))
    return None if entry is None else _result(entry, options)


@lookup_type("wildlsearch", kind="single-key", open=open_linear)
def wildlsearch(scope: Scope, handle: LinearFile, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The first line whose key, expanded, matches as an item of a string list."""

    for entry in handle.entries:
        try:
            pattern = scope.expand(entry.key) if b"$" in entry.key or b"\\" in entry.key else entry.key
        except ForcedFailure:
            continue  # as for an item of a list
        except ExpansionError as error:
            message = f'failed to expand "{entry.key.decode("latin-1")}" while checking a list: {error.message}'
            scope.log += [("main", message), ("panic", message)]
            raise SearchDeferred("") from error
        if _matches(scope, key, pattern):
            return _result(entry, options)
    return None


@lookup_type("nwildlsearch", kind="single-key", open=open_linear)
def nwildlsearch(scope: Scope, handle: LinearFile, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The first line whose key, as it stands, matches as an item of a string list."""
    return next((_result(entry, options) for entry in handle.entries if _matches(scope, key, entry.key)), None)


def _matches(scope: Scope, key: bytes, pattern: bytes) -> bool:
    separator = next((code for code in range(1, 32) if code not in pattern and code not in _SPACES), None)
    if separator is None:
        raise EximLangError("a key with every control character in it cannot be matched")
    saved = scope.numeric
    try:
        return scope.match_list(scope, "string", key, b"<" + bytes([separator]) + pattern) is not None
    finally:
        scope.numeric = saved


@lookup_type("iplsearch", kind="single-key", open=open_linear)
def iplsearch(scope: Scope, handle: LinearFile, key: bytes, options: tuple[bytes, ...]) -> bytes | None:
    """The first line whose key is the address or a net that it is in."""
    if bytes(key) == b"*":
        return next((_result(entry, options) for entry in handle.entries if entry.key == b"*"), None)
    if not ip_version(key):
        raise SearchDeferred(
            f'"{key.decode("latin-1")}" is not a valid iplsearch key (an IP address, with optional CIDR mask, '
            "is wanted): in a host list, use net-iplsearch as the search type"
        )
    address = _address(key)
    for entry in handle.entries:
        net, slash, bits = entry.key.partition(b"/")
        if ip_version(net) and (not slash or bits.isdigit()) and _in_net(address, net, bits):
            return _result(entry, options)
    return None


def _address(text: bytes) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; one that is mapped into IPv6 is taken as IPv4."""
    address = ipaddress.ip_address(text.partition(b"%")[0].decode("ascii"))
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _in_net(address: ipaddress.IPv4Address | ipaddress.IPv6Address, net: bytes, bits: bytes) -> bool:
    other = ipaddress.ip_address(net.partition(b"%")[0].decode("ascii"))
    if other.version != address.version:
        return False
    width = other.max_prefixlen
    shift = width - min(int(bits), width) if bits else 0
    return int(other) >> shift == int(address) >> shift
