"""Signing a message with DKIM as the transport `smtp` does: one signature for each domain and selector (chapter 58.2)."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from exim_lang.dkim.canon import canonical_body, canonical_headers, wire_header, without_value
from exim_lang.dkim.layout import signature_line
from exim_lang.errors import EximLangError, ExpansionError
from exim_lang.expand.string_list import split_list
from exim_lang.taint import is_tainted, like

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exim_lang.expand.scope import Scope
    from exim_lang.source.text import Text

SIGN_HEADERS: Final = (
    b"From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Content-ID:"
    b"Content-Description:Resent-Date:Resent-From:Resent-Sender:Resent-To:Resent-Cc:Resent-Message-ID:In-Reply-To:References:"
    b"List-Id:List-Help:List-Unsubscribe:List-Subscribe:List-Post:List-Owner:List-Archive"
)
"""What is signed where `dkim_sign_headers` does not say: the macro `_DKIM_SIGN_HEADERS`."""

UNSIGNED: Final = (b"", b"0", b"false")
"""Values of `dkim_private_key` that ask for no signature."""

_SHOWN: Final = {"dkim_sign_headers": "dkim_sign_header"}
"""What Exim calls an option whose expansion failed, where that is not its name."""

STRICT_WORDS: Final = "DKIM: message could not be signed, and dkim_strict is set. Deferring message delivery."


class Options(NamedTuple):
    """The options of a transport that say how it signs, not yet expanded; None for one that is unset."""

    dkim_domain: Text | str | None = None
    dkim_selector: Text | str | None = None
    dkim_private_key: Text | str | None = None
    dkim_canon: Text | str | None = None
    dkim_strict: Text | str | None = None
    dkim_sign_headers: Text | str | None = None
    dkim_hash: Text | str | None = None
    dkim_identity: Text | str | None = None
    dkim_timestamps: Text | str | None = None


class Signed(NamedTuple):
    """What came of it: header lines to be put in front, first the first, and lines for the main log.

    Header lines end with a newline, as do the lines within them. There are none for a message that is sent unsigned: because
    the options say so, or because of an error without `dkim_strict`, which then stands in the log.
    """

    headers: tuple[bytes, ...] = ()
    log: tuple[str, ...] = ()


class NotSigned(EximLangError):
    """The message could not be signed and may not be sent without: the delivery is deferred, errno is 13.

    The message is what Exim shows of the reason, often nothing; `log` are lines for the main log.
    """

    def __init__(self, message: str, log: tuple[str, ...]) -> None:
        super().__init__(message)
        self.log = log


class Failed(EximLangError):
    """One of the options makes no signature: the message is what is logged, `shown` what a deferral says of it."""

    def __init__(self, message: str, shown: str = "", *more: str) -> None:
        super().__init__(message)
        self.shown = shown
        self.log = (message, *more)


def sign_message(scope: Scope, options: Options, message: bytes) -> Signed:
    """Signs a message as the transport is about to send it: header lines, an empty line, the body; lines end with a newline.

    The options are expanded in Exim's order: for each domain the selectors, for each selector the rest. `$dkim_domain` and
    `$dkim_selector` have their values meanwhile. Raises NotSigned, and ClosedWorld where the world may not answer.
    """
    if options.dkim_domain is None or options.dkim_selector is None or options.dkim_private_key is None:
        return Signed()
    log: list[str] = []
    before = dict(scope.variables)
    try:
        headers = tuple(_Signer(scope, options, message, log).signatures())
    except Failed as error:
        log.extend(error.log)
        if not is_strict(scope, options.dkim_strict):
            return Signed((), tuple(log))
        raise NotSigned(error.shown, (*log, STRICT_WORDS)) from error
    finally:
        scope.variables = before
    return Signed(headers, tuple(log))


def is_strict(scope: Scope, option: Text | str | None) -> bool:
    """Whether `dkim_strict` (or `dk_strict`) comes to `1` or `true`; what cannot be expanded does not."""
    if option is None:
        return False
    try:
        return scope.expand(option).lower() in (b"1", b"true")
    except ExpansionError:
        return False


def read_private_key(scope: Scope, value: bytes) -> bytes:
    """The PEM text that an expanded `dkim_private_key` stands for: itself, or the content of the file that it names."""
    if not value.startswith(b"/"):
        return value
    name = value.decode("latin-1")
    failed = f"unable to open file for reading: {name}"
    if is_tainted(value) and scope.config.dialect.version >= (4, 94):
        raise Failed(f"Tainted filename '{name}'", "", failed)
    try:
        return scope.world.read_file(value)
    except OSError as error:
        raise Failed(failed) from error


def load_private_key(text: bytes) -> Any:
    """The key in a PEM text, RSA or Ed25519, of the package `cryptography`; raises Failed for anything else."""
    from cryptography.exceptions import UnsupportedAlgorithm  # slow to load, here and below
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(bytes(text), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _bad_key("the text is not a private key in PEM form without a password") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise _bad_key("the key is of another kind than RSA and Ed25519")
    return key


def _bad_key(why: str) -> Failed:
    words = f"privkey PEM-block import: {why}"
    return Failed(f"signing_init: {words}", words, "DKIM: signing failed: PRIVKEY")


class _Signer:
    """One message, and the options by which it is signed."""

    def __init__(self, scope: Scope, options: Options, message: bytes, log: list[str]) -> None:
        self.scope = scope
        self.options = options
        self.log = log
        head, _, body = message.replace(b"\r\n", b"\n").partition(b"\n\n")
        self.headers = [wire_header(line + b"\n") for line in _header_lines(head.removesuffix(b"\n"))]
        self.body = body.replace(b"\n", b"\r\n")

    def signatures(self) -> Iterator[bytes]:
        seen: set[bytes] = set()
        # what fails for one signature leaves the message without any, so all are made before the first is handed out
        made: list[bytes] = []
        for item in split_list(self.expand("dkim_domain")):
            domain = like(item.lower(), item)
            if not domain or domain in seen:
                continue
            seen.add(domain)
            self.scope.variables["dkim_domain"] = domain
            for selector in split_list(self.expand("dkim_selector")):
                self.scope.variables["dkim_selector"] = selector
                line = self.signature(domain, selector)
                if line is not None:
                    made.append(line)
        return iter(made)

    def expand(self, name: str) -> bytes:
        text = getattr(self.options, name)
        try:
            return self.scope.expand(text)
        except ExpansionError as error:
            words = f"failed to expand {_SHOWN.get(name, name)}: {error.message}"
            raise Failed(words, words) from error

    def optional(self, name: str, default: bytes) -> bytes:
        return default if getattr(self.options, name) is None else self.expand(name)

    def signature(self, domain: bytes, selector: bytes) -> bytes | None:
        """One header line, None where the key says that there shall be none."""
        canon = self.canon()
        wanted = self.optional("dkim_sign_headers", SIGN_HEADERS)
        value = self.expand("dkim_private_key")
        if value in UNSIGNED:
            return None
        secret = read_private_key(self.scope, value)
        digest = self.optional("dkim_hash", b"sha256").decode("latin-1")
        identity = self.optional("dkim_identity", b"").decode("latin-1")
        times: tuple[tuple[str, str], ...] = ()
        if self.options.dkim_timestamps is not None:
            now = int(self.scope.world.now())
            times = (("t", str(now)), ("x", str(now + leading_number(self.expand("dkim_timestamps")))))
        if digest not in ("sha1", "sha256", "sha512"):
            raise Failed(f"DKIM: unrecognised hashname '{digest}'")
        key = load_private_key(secret)
        names, covered = choose_headers(self.headers, wanted)
        if not names:
            raise Failed("DKIM: there is no header line to be signed")
        tags = (
            ("a", f"{_kind(key)}-{digest}"),
            ("c", f"{canon}/{canon}"),
            ("d", domain.decode("latin-1")),
            ("s", selector.decode("latin-1")),
            ("bh", base64.b64encode(hashlib.new(digest, canonical_body(canon, self.body)).digest()).decode()),
            *((("i", identity),) if identity else ()),
            *times,
        )
        return make_line(key, digest, tags, names, canonical_headers(canon, covered), canon)

    def canon(self) -> str:
        canon = self.optional("dkim_canon", b"relaxed").decode("latin-1")
        if canon in ("relaxed", "simple"):
            return canon
        self.log.append(f"DKIM: unknown canonicalization method '{canon}', defaulting to 'relaxed'.")
        return "relaxed"


def _header_lines(head: bytes) -> list[bytes]:
    lines: list[bytes] = []
    for line in head.split(b"\n") if head else ():
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] += b"\n" + line
        else:
            lines.append(line)
    return lines


def leading_number(text: bytes) -> int:
    """The decimal number that a text starts with, 0 for none, as the C library reads one."""
    digits = text.strip()
    end = next((at for at in range(len(digits)) if not digits[at : at + 1].isdigit()), len(digits))
    return int(digits[:end] or b"0")


def choose_headers(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> tuple[list[str], list[tuple[bytes, bytes]]]:
    """The names for the tag `h`, and the header lines to be signed, both in their order; `wanted` is `dkim_sign_headers`.

    A name is for one header line of that name, from the last one backwards, or for the lack of one; with `=` in front for all
    that there are; with `+` for those and for the lack of one more.
    """
    left = [(item[:1] if item[:1] in (b"=", b"+") else b"", bytes(item)) for item in split_list(wanted) if item]
    names: list[str] = []
    covered: list[tuple[bytes, bytes]] = []
    for name, value in reversed(headers):
        for at, (mark, item) in enumerate(left):
            if item.removeprefix(mark).lower() == name.strip().lower():
                names.append(name.strip().decode("latin-1"))
                covered.append((name, value))
                if not mark:
                    del left[at]
                break
    names += [item.removeprefix(mark).decode("latin-1") for mark, item in left if mark != b"="]
    return names, covered


def make_line(
    key: Any, digest: str, tags: Sequence[tuple[str, str]], names: Sequence[str], covered: bytes, canon: str
) -> bytes:
    """The header line with the signature, its lines ended by newlines; `covered` is the text that goes in front of it."""
    length = key.key_size // 8 if _kind(key) == "rsa" else 64
    blank = base64.b64encode(bytes(length)).decode()
    draft = signature_line(tags, names, blank)
    name, value = wire_header(draft.replace("\r\n", "\n").encode("latin-1"))
    signed = covered + canonical_headers(canon, [(name, without_value(value) + b"\r\n")]).removesuffix(b"\r\n")
    line = signature_line(tags, names, base64.b64encode(_raw_signature(key, digest, signed)).decode())
    return (line + "\r\n").replace("\r\n", "\n").encode("latin-1")


def _kind(key: Any) -> str:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # slow to load

    return "rsa" if isinstance(key, RSAPrivateKey) else "ed25519"


def _raw_signature(key: Any, digest: str, text: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes  # slow to load
    from cryptography.hazmat.primitives.asymmetric import padding

    if _kind(key) == "ed25519":
        signature: bytes = key.sign(hashlib.new(digest, text).digest())
    else:
        signature = key.sign(text, padding.PKCS1v15(), getattr(hashes, digest.upper())())
    return signature
