"""Adding a hand to the chain, as the option `arc_sign` of the transport `smtp` asks (specification section 58.7).

The header lines are laid out in a way of their own: Exim folds them at other places.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from exim_lang.arc.sets import KINDS, ArcError, ArcSet, collect_sets
from exim_lang.dkim.canon import canonical_body, canonical_headers, wire_header
from exim_lang.dkim.sign import SIGN_HEADERS, Failed, Signed, load_private_key, read_private_key
from exim_lang.errors import ExpansionError
from exim_lang.expand.state import Header
from exim_lang.expand.string_list import split_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.expand.scope import Scope
    from exim_lang.source.text import Text

_SPEC: Final = ("identity", "selector", "privkey")
_NAMES: Final = frozenset(name.lower() for name in SIGN_HEADERS.split(b":")) | {b"dkim-signature"}
_STATE: Final = re.compile(rb"(?:^|;)\s*arc\s*=\s*(\w+)", re.IGNORECASE)
_EXPIRE: Final = re.compile(rb"expire(?:=\+?(\d{1,9}))?")
_A_MONTH: Final = 30 * 24 * 3600


def sign_arc(scope: Scope, option: Text | str | None, message: bytes) -> Signed:
    """The three header lines for a message as it is about to be sent: header lines, an empty line, the body, with newlines.

    `option` is `arc_sign`: domain, selector, private key (PEM, or the name of a file) and words (`timestamps`,
    `expire=SECONDS`), not yet expanded. A message that cannot be signed is sent without, and the log says why: because
    nothing was said about it in an Authentication-Results: line of this domain, for instance.
    """
    if option is None:
        return Signed()
    try:
        parts = list(split_list(scope.expand(option)))
    except ExpansionError as error:
        return Signed((), (f"failed to expand arc_sign: {error.message}",))
    if not any(parts):
        return Signed()
    for at, name in enumerate(_SPEC):
        if len(parts) <= at or not parts[at]:
            return Signed((), (f"ARC: bad signing-specification ({name})",))
    try:
        key = load_private_key(read_private_key(scope, parts[2]))
        return Signed(_Signer(scope, parts, key, message).headers())
    except Failed as error:
        return Signed((), error.log)
    except ArcError as error:
        return Signed((), (f"ARC: {error}",))


class _Signer:
    """What is known while the lines of one set are made."""

    def __init__(self, scope: Scope, parts: Sequence[bytes], key: Any, message: bytes) -> None:
        if not hasattr(key, "public_key") or not hasattr(key, "key_size"):
            raise ArcError("the key is not one for RSA")
        self.key = key
        self.identity, self.selector = bytes(parts[0]), bytes(parts[1])
        self.times = _times(int(scope.world.now()), parts[3:])
        head, _, self.body = message.partition(b"\n\n")
        self.lines = [wire_header(line) for line in re.findall(rb"[^\n]+\n(?:[ \t][^\n]*\n)*", head + b"\n")]

    def headers(self) -> tuple[bytes, ...]:
        """The lines, the seal first, each ended by a newline."""
        results = self.results()
        sets = collect_sets(Header(name + b":" + value.replace(b"\r\n", b"\n")) for name, value in self.lines)
        instance = max(sets, default=0) + 1
        state = _STATE.search(results)
        said = state[1].lower() if state is not None else b"none"
        aar = b"ARC-Authentication-Results: i=%d; %s;%s\r\n" % (instance, self.identity, results)
        ams = self.message_signature(instance)
        before = [] if said == b"fail" else [line for n in sorted(sets) for line in _in_order(sets[n])]
        seal = self.seal(instance, said, [*before, _split(aar), _split(ams)])
        return tuple(line.replace(b"\r\n", b"\n") for line in (seal, ams, aar))

    def results(self) -> bytes:
        """What the highest Authentication-Results: line of this domain says; raises ArcError where there is none."""
        for name, value in self.lines:
            if name.strip().lower() == b"authentication-results":
                identity, _, rest = value.partition(b";")
                if identity.split()[:1] == [self.identity]:
                    return rest.rstrip()
        raise ArcError("no Authentication-Results header for signing")

    def message_signature(self, instance: int) -> bytes:
        """The line that covers the message."""
        covered = [line for line in reversed(self.lines) if line[0].strip().lower() in _NAMES]
        names = b":".join(name.strip().lower() for name, _ in covered)
        digest = base64.b64encode(hashlib.sha256(canonical_body("relaxed", self.body.replace(b"\n", b"\r\n"))).digest())
        start = b"ARC-Message-Signature: i=%d; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s;\r\n\t%sh=%s;\r\n\tbh=%s;\r\n\tb="
        return self.signed(start % (instance, self.identity, self.selector, self.times, names, digest), covered)

    def seal(self, instance: int, state: bytes, covered: list[tuple[bytes, bytes]]) -> bytes:
        """The line that covers the chain."""
        start = b"ARC-Seal: i=%d; cv=%s; a=rsa-sha256; d=%s; s=%s;\r\n\t%sb="
        return self.signed(start % (instance, state, self.identity, self.selector, self.times), covered)

    def signed(self, start: bytes, covered: Sequence[tuple[bytes, bytes]]) -> bytes:
        """A line that ends with `b=`, with the signature behind it."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # slow to load
        from cryptography.hazmat.primitives.hashes import SHA256

        text = canonical_headers("relaxed", [*covered, _split(start + b"\r\n")]).removesuffix(b"\r\n")
        signature = base64.b64encode(self.key.sign(text, PKCS1v15(), SHA256()))
        return start + b"\r\n\t ".join(signature[at : at + 72] for at in range(0, len(signature), 72)) + b"\r\n"


def _times(now: int, words: Sequence[bytes]) -> bytes:
    """The tags for when a signature was made, and until when it counts."""
    found = b""
    for word in words:
        expire = _EXPIRE.fullmatch(word)
        if word == b"timestamps" or expire is not None:
            found = b"t=%d; " % now
        if expire is not None:
            found += b"x=%d; " % (now + int(expire[1] or _A_MONTH))
    return found


def _in_order(one: ArcSet) -> list[tuple[bytes, bytes]]:
    return [one.lines[kind] for kind in KINDS if kind in one.lines]


def _split(line: bytes) -> tuple[bytes, bytes]:
    name, _, value = line.partition(b":")
    return name, value
