"""Signing a message with DomainKeys as the transport `smtp` did up to Exim 4.69 (experimental specification of 2008, 2)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from exim_lang.dkim.sign import STRICT_WORDS, UNSIGNED, Failed, NotSigned, Signed, is_strict, load_private_key, read_private_key
from exim_lang.domainkeys.canon import canonical, chosen, name_of
from exim_lang.domainkeys.sender import responsible
from exim_lang.errors import ExpansionError
from exim_lang.expand.headers import split_headers
from exim_lang.expand.string_list import split_list
from exim_lang.taint import taint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.expand.scope import Scope
    from exim_lang.source.text import Text

_STRICT: Final = STRICT_WORDS.replace("DKIM", "DomainKeys").replace("dkim", "dk")
_WIDTH: Final = 64


class DkOptions(NamedTuple):
    """The options of a transport that say how it signs, not yet expanded; None for one that is unset."""

    dk_domain: Text | str | None = None
    dk_selector: Text | str | None = None
    dk_private_key: Text | str | None = None
    dk_canon: Text | str | None = None
    dk_strict: Text | str | None = None
    dk_headers: Text | str | None = None


def dk_sign_message(scope: Scope, options: DkOptions, message: bytes) -> Signed:
    """Signs a message as the transport is about to send it: header lines, an empty line, the body; lines end with a newline.

    `dk_domain` is expanded first, or the domain of the Sender: or From: line taken; then the selector, the key and the rest,
    which see them as `$dk_domain` and `$dk_selector`. Raises NotSigned, and ClosedWorld where the world may not answer.
    """
    if options.dk_selector is None or options.dk_private_key is None:
        return Signed()
    before = dict(scope.variables)
    log: list[str] = []
    try:
        line = _signature(scope, options, message.replace(b"\r\n", b"\n"), log)
    except Failed as error:
        log.extend(error.log)
        if not is_strict(scope, options.dk_strict):
            return Signed((), tuple(log))
        raise NotSigned(error.shown, (*log, _STRICT)) from error
    finally:
        scope.variables = before
    return Signed(() if line is None else (line,), tuple(log))


def _signature(scope: Scope, options: DkOptions, message: bytes, log: list[str]) -> bytes | None:
    def expand(name: str, default: bytes = b"") -> bytes:
        text = getattr(options, name)
        try:
            return default if text is None else scope.expand(text)
        except ExpansionError as error:
            words = f"failed to expand {name}: {error.message}"
            raise Failed(words, words) from error

    found, body = split_headers(message)
    headers = [header.text for header in found]
    domain = expand("dk_domain") or taint(responsible(headers).domain)
    if not domain:
        raise Failed("DomainKeys: there is no domain to sign for")
    scope.variables["dk_domain"] = domain
    selector = expand("dk_selector")
    scope.variables["dk_selector"] = selector
    value = expand("dk_private_key")
    if value in UNSIGNED:
        return None
    if not selector:
        raise Failed("DomainKeys: there is no selector")
    key = load_private_key(read_private_key(scope, value))
    method = expand("dk_canon", b"simple").decode("latin-1")
    if method not in ("simple", "nofws"):
        log.append(f"DomainKeys: unknown canonicalization method '{method}', defaulting to 'simple'.")
        method = "simple"
    wanted = {name.strip().lower() for name in split_list(expand("dk_headers")) if name.strip()}
    names = [line.partition(b":")[0].rstrip(b" \t") for line in headers if name_of(line) in wanted]
    return signature_line(key, method, domain, selector, headers, body, names)


def signature_line(
    key: Any, method: str, domain: bytes, selector: bytes, headers: Sequence[bytes], body: bytes, names: Sequence[bytes] = ()
) -> bytes:
    """The DomainKey-Signature: line for a message, with newlines; `names` of header lines limit what is signed.

    Header lines have their newlines, the lines of the body end with newlines. Raises Failed for a key that is not RSA.
    """
    signature = base64.b64encode(_raw_signature(key, canonical(method, chosen(headers, names), body)))
    tags = [b"a=rsa-sha1; q=dns; c=" + method.encode(), b"s=" + selector + b"; d=" + domain]
    if names:
        tags.append(b"h=" + b":\n\t ".join(names))
    tags.append(b"b=" + b"\n\t ".join(signature[at : at + _WIDTH] for at in range(0, len(signature), _WIDTH)))
    return b"DomainKey-Signature: " + b";\n\t".join(bytes(tag) for tag in tags) + b";\n"


def _raw_signature(key: Any, text: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes  # slow to load
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    if not isinstance(key, rsa.RSAPrivateKey):
        raise Failed("DomainKeys: the key is not an RSA key")
    return key.sign(text, padding.PKCS1v15(), hashes.SHA1())
