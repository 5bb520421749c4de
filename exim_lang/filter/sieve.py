"""Sieve filters as Exim obeys them: read and run in one go, as far as the script is run (RFC 5228; the filter document, 2).

Exim's errors come when it gets there, so a mistake behind `stop` is never seen; here, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.expand.headers import REMOVED
from exim_lang.expand.rfc2047 import decode
from exim_lang.filter.personal import Rewrite, is_personal
from exim_lang.filter.sieve_match import How, equal, part_of, read_tags
from exim_lang.filter.sieve_words import SieveError, SieveWords
from exim_lang.records import dataclass, field

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

CAPABILITIES = frozenset(
    {"envelope", "fileinto", "encoded-character", "enotify", "subaddress", "vacation", "copy"}
    | {"comparator-i;ascii-casemap", "comparator-en;ascii-casemap", "comparator-i;octet", "comparator-i;ascii-numeric"}
)
ADDRESS_HEADERS = frozenset(
    {b"from", b"to", b"cc", b"bcc", b"sender", b"reply-to"}
    | {b"resent-from", b"resent-to", b"resent-cc", b"resent-bcc", b"resent-sender", b"resent-reply-to"}
)
_REQUIRE = "missing previous require"


@dataclass(frozen=True, slots=True)
class FileInto:
    """A copy in a folder; "inbox" is the usual one."""

    folder: bytes


@dataclass(frozen=True, slots=True)
class Redirect:
    """A copy for another address."""

    address: bytes


@dataclass(frozen=True, slots=True)
class Vacation:
    """An answer to a message that is personal: every so many days, to each sender."""

    reason: bytes
    days: int
    subject: bytes | None
    sender: bytes | None
    mime: bool


SieveAction = FileInto | Redirect | Vacation


@dataclass(slots=True)
class SieveRun:
    """One run of a script. `keep` says that the message also goes where it would have gone anyway."""

    scope: Scope
    rewrite: Rewrite
    words: SieveWords = field(default_factory=lambda: SieveWords(b""))
    required: set[str] = field(default_factory=set)
    actions: list[SieveAction] = field(default_factory=list)
    keep: bool = True
    answered: bool = False

    def run(self, text: bytes) -> None:
        """Obeys the script; raises SieveError, `keep` set."""
        self.words = SieveWords(text)
        try:
            self._capabilities()
            if self._commands(True) == "stopped":
                return
            if not self.words.ended():
                raise self.words.fail("syntax error")
        except SieveError:
            self.keep = True
            raise

    def _capabilities(self) -> None:
        words = self.words
        while words.identifier("require"):
            names = words.strings()
            if names is None:
                raise words.fail("capability string list expected")
            for name in names:
                known = name.decode("latin-1")
                if known not in CAPABILITIES:
                    raise words.fail("unknown capability")
                self.required.add(known)
            words.encoded = "encoded-character" in self.required
            words.semicolon()

    def _need(self, capability: str) -> None:
        if capability not in self.required:
            raise self.words.fail(f'{_REQUIRE} "{capability}";')

    def _commands(self, act: bool) -> Literal["stopped", "end"]:
        """Commands as far as there are any; with `act` they are obeyed."""
        words = self.words
        while True:
            if words.identifier("if"):
                if self._if(act) == "stopped":
                    return "stopped"
            elif words.identifier("stop"):
                words.semicolon()
                if act:
                    return "stopped"
            elif words.identifier("keep"):
                words.semicolon()
                if act:
                    self._add(FileInto(b"inbox"))
                    self.keep = False
            elif words.identifier("discard"):
                words.semicolon()
                self.keep = self.keep and not act
            elif words.identifier("redirect"):
                self._redirect(act)
            elif words.identifier("fileinto"):
                self._fileinto(act)
            elif words.identifier("vacation"):
                self._vacation(act)
            elif words.identifier("notify"):
                self._need("enotify")
                raise words.fail("enotify disabled")
            else:
                return "end"

    def _add(self, action: SieveAction) -> None:
        if action not in self.actions:
            self.actions.append(action)

    def _copy(self) -> bool:
        if not self.words.identifier(":copy"):
            return False
        self._need("copy")
        return True

    def _redirect(self, act: bool) -> None:
        words = self.words
        copy = self._copy()
        target = words.string()
        if target is None:
            raise words.fail("missing redirect recipient string")
        text = target.strip()
        try:
            address = parse_address(text, allow_domain_literals=True)
        except AddressError:
            address = None
        if address is None or not address.domain:
            raise words.fail("unqualified recipient address")
        words.semicolon()
        if act:
            self._add(Redirect(bytes(address.address)))
            self.keep = self.keep and copy

    def _fileinto(self, act: bool) -> None:
        words = self.words
        self._need("fileinto")
        copy = self._copy()
        folder = words.string()
        if folder is None:
            raise words.fail("missing fileinto folder string")
        if not folder or b"/../" in b"/" + folder + b"/":
            raise words.fail("invalid folder")
        words.semicolon()
        if act:
            self._add(FileInto(b"inbox" if folder.lower() == b"inbox" else folder))
            self.keep = self.keep and copy

    def _vacation(self, act: bool) -> None:
        words = self.words
        self._need("vacation")
        if act and self.answered:
            raise words.fail("trying to execute vacation more than once")
        self.answered = self.answered or act
        days, subject, sender, mime = 7, None, None, False
        addresses: list[bytes] = []
        while True:
            if words.identifier(":days"):
                days = min(max(words.number(), 1), 31)
            elif words.identifier(":subject"):
                subject = self._text("subject string expected")
            elif words.identifier(":from"):
                sender = self._text("from string expected")
            elif words.identifier(":addresses"):
                found = words.strings()
                if found is None:
                    raise words.fail("addresses string list expected")
                addresses = found
            elif words.identifier(":mime"):
                mime = True
            elif words.identifier(":handle"):
                self._text("handle string expected")
            else:
                break
        reason = self._text("missing reason string")
        if mime and any(code > 127 for code in reason):
            raise words.fail("MIME reason string contains 8bit text")
        words.semicolon()
        if act and is_personal(self.scope, addresses, self.rewrite):
            self._add(Vacation(reason, days, subject, sender, mime))

    def _text(self, missing: str) -> bytes:
        value = self.words.string()
        if value is None:
            raise self.words.fail(missing)
        return value

    def _if(self, act: bool) -> Literal["stopped", "end"]:
        words = self.words
        done = not act
        while True:
            true = self._test(not done)
            if self._block(true and not done) == "stopped":
                return "stopped"
            done = done or true
            if words.identifier("elsif"):
                continue
            if words.identifier("else") and self._block(not done) == "stopped":
                return "stopped"
            return "end"

    def _block(self, act: bool) -> Literal["stopped", "end"]:
        words = self.words
        if not words.mark(b"{"):
            raise words.fail("missing block")
        if self._commands(act) == "stopped":
            return "stopped"
        if not words.mark(b"}"):
            raise words.fail("expecting command or closing brace")
        return "end"

    def _test(self, act: bool) -> bool:
        """What a test comes to; with `act` False it is only read."""
        words = self.words
        if words.identifier("address"):
            return self._compared(act, self._header_addresses, ADDRESS_HEADERS, parts=True)
        if words.identifier("header"):
            return self._compared(act, self._header_values, None, parts=False)
        if words.identifier("envelope"):
            self._need("envelope")
            return self._envelope(act)
        if words.identifier("allof"):
            return all(self._tests(act))
        if words.identifier("anyof"):
            return any(self._tests(act))
        if words.identifier("not"):
            return not self._test(act)
        if words.identifier("true"):
            return True
        if words.identifier("false"):
            return False
        if words.identifier("exists"):
            names = self._names("header string list expected")
            return all(bool(self._header_values(name)) for name in names)
        if words.identifier("size"):
            over = words.identifier(":over")
            if not over and not words.identifier(":under"):
                raise words.fail("missing :over or :under")
            limit, size = words.number(), self.scope.message.size
            return size > limit if over else size < limit
        raise words.fail("missing test")

    def _tests(self, act: bool) -> list[bool]:
        words = self.words
        if not words.mark(b"("):
            raise words.fail("missing test list")
        results = [self._test(act)]
        while words.mark(b","):
            results.append(self._test(act))
        if not words.mark(b")"):
            raise words.fail("missing closing paren")
        return results

    def _names(self, missing: str) -> list[bytes]:
        names = self.words.strings()
        if names is None:
            raise self.words.fail(missing)
        return names

    def _compared(
        self, act: bool, values: Callable[[bytes], list[bytes]], allowed: frozenset[bytes] | None, *, parts: bool
    ) -> bool:
        words = self.words
        how = read_tags(words, self.required, parts=parts)
        names = self._names("header string list expected")
        keys = self._names("key string list expected")
        for name in names:
            if (allowed is not None and name.lower() not in allowed) or b":" in name or not name:
                raise words.fail("invalid header field")
        return act and any(self._fits(value, keys, how) for name in names for value in values(name))

    def _fits(self, value: bytes, keys: list[bytes], how: How) -> bool:
        part = part_of(value, how.part)
        return part is not None and any(equal(part, key, how) for key in keys)

    def _envelope(self, act: bool) -> bool:
        words = self.words
        how = read_tags(words, self.required, parts=True)
        fields = self._names("envelope string list expected")
        keys = self._names("key string list expected")
        found = False
        for field_name in fields:
            match field_name.lower():
                case b"from":
                    value = bytes(self.scope.message.sender or b"")
                case b"to":
                    value = bytes(self.scope.expand("$local_part_prefix$local_part$local_part_suffix@$domain"))
                case _:
                    raise words.fail("invalid envelope string")
            found = found or (act and self._fits(value, keys, how))
        return found

    def _header_values(self, name: bytes) -> list[bytes]:
        headers = self.scope.message.headers or ()
        wanted = [one for one in headers if one.kind != REMOVED and one.name.lower() == name.lower()]
        return [bytes(decode(bytes(one.value).strip(), "utf-8", check_length=False)) for one in wanted]

    def _header_addresses(self, name: bytes) -> list[bytes]:
        found = []
        for value in self._header_values(name):
            for item in address_items(value):
                try:
                    parsed = parse_address(item, allow_group=True, in_group=True, allow_domain_literals=True)
                except AddressError:
                    continue
                found.append(bytes(parsed.address))
        return found
