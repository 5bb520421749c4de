"""Redirection data: a list of addresses, files, pipes and special items (specification sections 22.5 to 22.9)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.errors import EximLangError
from exim_lang.expand.addresses import AddressError, address_end, parse_address
from exim_lang.records import dataclass, field
from exim_lang.taint import like, taint, untainted

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

_BLANKS = b" \t\n\v\f\r"
DEEPEST = 20
"""Files that may be included in one another."""


class ListError(EximLangError):
    """Redirection data that is not understood or not permitted; the message is Exim's."""


@dataclass(slots=True)
class Target:
    """One item: an address, or a file, pipe or autoreply (`generated`)."""

    address: bytes
    generated: bool = False


@dataclass(slots=True)
class Redirection:
    """What the data comes to.

    `special` is "" or one of "defer", "blackhole", "fail" with its `message`; `errors` are syntax errors that were skipped.
    """

    targets: list[Target] = field(default_factory=list)
    special: str = ""
    message: bytes = b""
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ListReader:
    """Reads redirection data under the options of a router.

    `permitted` are the special items that may be used ("defer", "fail", "blackhole", "include"); `directory` the only one
    that files may be included from; `incoming_domain` qualifies an address with a backslash in front; `qualify(address)`
    completes and rewrites an address.
    """

    scope: Scope
    permitted: frozenset[str]
    qualify: Callable[[bytes], bytes]
    incoming_domain: bytes | None = None
    directory: bytes | None = None
    skip_errors: bool = False
    literals: bool = False
    depth: int = 0

    def read(self, data: bytes) -> Redirection:
        """The items of `data`; raises ListError."""
        result = Redirection()
        self._read(data, result)
        return result

    def _read(self, data: bytes, result: Redirection) -> None:
        at = 0
        while not result.special:
            at = _skip(data, at)
            if at >= len(data):
                return
            end = address_end(data, at, newline_ends=True)
            item = data[at:end].rstrip(_BLANKS)
            rest, at = data[at:], end
            if len(item) > 1 and item.startswith(b'"') and item.endswith(b'"'):
                item = item[1:-1].strip(_BLANKS)
                rest = rest[1:]
            if item and b":unknown:".startswith(item):
                continue
            special = next((name for name in ("defer", "blackhole", "fail") if item.startswith(b":%s:" % name.encode())), "")
            if special:
                if special not in self.permitted:
                    raise ListError(f'"{item.decode("latin-1")}" is not permitted')
                result.special = special
                result.message = like(rest[len(special) + 2 :].lstrip(_BLANKS).rstrip(b"\n"), data)
            elif item.startswith(b":include:"):
                self._include(item[len(b":include:") :].strip(_BLANKS), data, result)
            else:
                target = self._target(item, data, result)
                if target is not None:
                    result.targets.append(target)

    def _target(self, item: bytes, data: bytes, result: Redirection) -> Target | None:
        """An address, a file or a pipe; None for one that is skipped."""
        if item[:1] in (b"|", b"/"):
            try:
                parsed = parse_address(item, allow_domain_literals=self.literals)
                is_address = bool(parsed.domain)
            except AddressError:
                is_address = False
            if item.startswith(b"|") or not is_address:
                if item == b"|":
                    self._wrong("no command after pipe symbol", item, result)
                    return None
                return Target(like(_plain(item) if b"\\" in item else item, data), True)
        try:
            parsed = parse_address(item, allow_domain_literals=self.literals)
        except AddressError as error:
            if error.message == "empty address":
                return None
            self._wrong(error.message, item, result)
            return None
        address = parsed.address
        if item.startswith(b"\\") and not parsed.domain:
            # the way of Unix to say that an alias goes no further; the domain is that of the address itself
            address = address[1:]
            if self.incoming_domain is not None:
                address = address + b"@" + self.incoming_domain
        return Target(self.qualify(taint(address)))

    def _wrong(self, message: str, item: bytes, result: Redirection) -> None:
        text = f'{message} in "{item.decode("latin-1")}"'
        if not self.skip_errors:
            raise ListError(text)
        result.errors.append(text)

    def _include(self, name: bytes, data: bytes, result: Redirection) -> None:
        shown = name.decode("latin-1")
        if "include" not in self.permitted:
            raise ListError("included files not permitted")
        if not name.startswith(b"/"):
            raise ListError(f'included file "{shown}" is not an absolute path')
        if self.directory is not None:
            place = self.directory.rstrip(b"/") + b"/"
            if not name.startswith(place):
                raise ListError(f"included file {shown} is not in directory {self.directory.decode('latin-1')}")
            if b".." in name[len(place) :].split(b"/"):
                raise ListError(f"included file {shown} in {self.directory.decode('latin-1')} contains ..")
        if self.depth >= DEEPEST:
            raise ListError(f"included file {shown}: files include one another")
        try:
            content = self.scope.world.read_file(untainted(name))
        except OSError as error:
            why = error.strerror or os.strerror(error.errno or 0)
            raise ListError(f"failed to open included file {shown}: {why}") from error
        self.depth += 1
        self._read(taint(content), result)
        self.depth -= 1


def _skip(data: bytes, at: int) -> int:
    """The offset of the next item: white space, commas and comments are left out."""
    while at < len(data):
        if data[at] in _BLANKS or data[at] == 0x2C:
            at += 1
        elif data[at] == 0x23:
            while at < len(data) and data[at] != 0x0A:
                at += 1
        else:
            break
    return at


def _plain(item: bytes) -> bytes:
    """An item that stood in quotes without the backslashes in front of quotes and backslashes."""
    return item.replace(b'\\"', b'"').replace(b"\\\\", b"\\")


def is_filter(data: bytes) -> str:
    """The kind of filter file that the data starts as: "Exim", "Sieve", or "" for a plain list."""
    first = data.lstrip(_BLANKS)
    words = first.split(b"\n", 1)[0].lower().split()
    if words[:1] == [b"#"]:
        words = words[1:]
    elif words and words[0].startswith(b"#"):
        words[0] = words[0][1:]
    else:
        return ""
    if words[:2] == [b"exim", b"filter"]:
        return "Exim"
    return "Sieve" if words[:2] == [b"sieve", b"filter"] else ""
