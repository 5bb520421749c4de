"""Verifying the DKIM signatures of a message, with Exim's words for what came of it (specification section 58.3).

What Exim leaves to the ACL (the time a signature expires, say) is not checked here, and keys come from the DNS of the World,
never from the network behind its back.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.dkim.canon import CANONICAL, canonical_body, canonical_headers, covered, wire_header, without_value
from exim_lang.dkim.keys import bits_of, candidate, fits, import_key, read_record
from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.expand.options import option
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.taint import taint
from exim_lang.world.dns import Txt

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope

NO_LIMIT: Final = b"9999999999999"
MOST_SIGNATURES: Final = 20
_SPACE: Final = re.compile(rb"[ \t\r\n]+")
_NEEDED: Final = (b"a", b"b", b"d", b"h", b"s", b"v")
_KINDS: Final = (b"rsa", b"ed25519")
_DIGESTS: Final = (b"sha1", b"sha256", b"sha512")


class Outcome(NamedTuple):
    """What came of a signature: `$dkim_verify_status` and `_reason`, the words of the log, and those of `${authresults`."""

    status: str
    reason: str
    log: str
    result: str = ""
    comment: str = ""
    temporary: bool = False
    """Whether it may be another one later."""


PASS: Final = Outcome("pass", "", "verification succeeded", "pass")
VERSION: Final = Outcome(
    "invalid", "", "invalid - unsupported DKIM version", "neutral", "unsupported DKIM version"
)
SYNTAX: Final = Outcome(
    "invalid", "", "invalid - signature tag missing or invalid", "neutral", "signature tag missing or invalid"
)
UNAVAILABLE: Final = Outcome(
    "invalid",
    "pubkey_unavailable",
    "invalid - public key record (currently?) unavailable",
    "tmperror",
    "pubkey unavailable",
)
RECORD_SYNTAX: Final = Outcome(
    "invalid",
    "pubkey_dns_syntax",
    "invalid - syntax error in public key record",
    "neutral",
    "public key record import problem",
)
KEY_SYNTAX: Final = RECORD_SYNTAX._replace(reason="pubkey_der_syntax")
OTHER_HASH: Final = Outcome("fail", "", "verification failed - unspecified reason", "fail", "unspecified reason")
NOT_VERIFIED: Final = Outcome("none", "", "not verified", "none")
BODY: Final = Outcome(
    "fail",
    "bodyhash_mismatch",
    "verification failed - body hash mismatch (body probably modified in transit)",
    "fail",
    "body hash mismatch; body probably modified in transit",
)
HEADERS: Final = Outcome(
    "fail",
    "signature_incorrect",
    "verification failed - signature did not verify (headers probably modified in transit)",
    "fail",
    "signature did not verify; headers probably modified in transit",
)
TOO_SHORT: Final = Outcome(
    "fail",
    "pubkey_too_short",
    "verification failed - signature invalid (key too short)",
    "fail",
    "public key too short: {bits} bits",
)


@dataclass(slots=True)
class Signature:
    """One signature: its tags (`d`, `s`, `a`, ...), the tags of its key record, and what came of it.

    White space is taken out of the tags; `bits` is the length of the key, 0 where it was not needed.
    """

    tags: dict[bytes, bytes]
    key: dict[bytes, bytes]
    bits: int = 0
    outcome: Outcome = PASS
    overruled: tuple[str, str] | None = None
    """Status and reason that the DKIM ACL set instead."""

    @property
    def domain(self) -> bytes:
        return self.tags.get(b"d", b"")

    @property
    def identity(self) -> bytes:
        """Empty where the signature names none."""
        return self.tags.get(b"i", b"")

    def is_of(self, signer: bytes) -> bool:
        """Whether `signer`, a domain or an identity, is who signed."""
        return (self.identity if b"@" in signer else self.domain).lower() == signer.lower()

    @property
    def canonical(self) -> tuple[bytes, bytes]:
        """The canonical forms of header and body."""
        header, _, body = self.tags.get(b"c", b"simple").partition(b"/")
        return header, body or b"simple"

    @property
    def signature_bits(self) -> int:
        """The length of the signature itself, which is what log lines show."""
        return 8 * len(decoded(self.tags.get(b"b", b"")) or b"")

    def variables(self) -> dict[str, bytes]:
        """`$dkim_...` for the ACL that looks at this signature, without their dollars."""
        tags, key = self.tags, self.key
        flags = key.get(b"t", b"").split(b":")
        outside = {
            "dkim_domain": self.domain,
            "dkim_identity": self.identity,
            "dkim_selector": tags.get(b"s", b""),
            "dkim_algo": tags.get(b"a", b""),
            "dkim_canon_headers": self.canonical[0],
            "dkim_canon_body": self.canonical[1],
            "dkim_copiedheaders": tags.get(b"z", b""),
            "dkim_headernames": tags.get(b"h", b""),
            "dkim_key_notes": key.get(b"n", b""),
        }
        return {name: taint(value) for name, value in outside.items()} | {
            "dkim_bodylength": tags.get(b"l", NO_LIMIT),
            "dkim_created": tags.get(b"t", b"0"),
            "dkim_expires": tags.get(b"x", NO_LIMIT),
            "dkim_key_testing": b"1" if b"y" in flags else b"0",
            "dkim_key_nosubdomains": b"1" if b"s" in flags else b"0",
            "dkim_key_srvtype": key.get(b"s", b"*"),
            "dkim_key_granularity": key.get(b"g", b"*"),
            "dkim_key_length": b"%d" % self.bits,
            "dkim_verify_status": self.outcome.status.encode(),
            "dkim_verify_reason": self.outcome.reason.encode(),
        }

    def log_line(self) -> str:
        """What `dkim_verbose` logs of it."""
        tag = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.tags.items()}
        canonical = b"/".join(self.canonical).decode("latin-1")
        words = f"DKIM: d={tag.get('d', '<UNSET>')} s={tag.get('s', '<UNSET>')} c={canonical} a={tag.get('a', '')}"
        words += f" b={self.signature_bits}"
        words += "".join(f" {name}={tag[name]}" for name in ("i", "t", "x", "l") if name in tag)
        return f"{words} [{' - '.join(filter(None, self.overruled)) if self.overruled else self.outcome.log}]"

    def result(self, policy: str = "") -> str:
        """Its part of an Authentication-Results line; `policy` is what an ACL that overruled the verification says of it."""
        tag = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.tags.items()}
        comment = f" ({self.outcome.comment.format(bits=self.bits)})\n\t\t" if self.outcome.comment else ""
        names = "".join(f" header.{name}={tag[name]}" for name in ("d", "i", "s", "a") if name in tag)
        if self.overruled:
            return f";\n\tdkim=policy ({policy}){names}"
        return f";\n\tdkim={self.outcome.result}{comment}{names}"


def signatures_of(scope: Scope) -> list[Signature]:
    """The signatures of the scope's message, verified when they are first asked for."""
    known = scope.caches.get("dkim")
    if isinstance(known, tuple) and known[0] is scope.message:
        found: list[Signature] = known[1]
        return found
    found = verify_message(scope)
    scope.caches["dkim"] = (scope.message, found)
    return found


def verify_message(scope: Scope) -> list[Signature]:
    """The signatures of the scope's message that the options let count, in the order of their header lines.

    Raises ClosedWorld where nobody answers for the key of one.
    """
    message = scope.message
    headers = [wire_header(header.text) for header in message.headers or () if header.kind != "*"]
    fields = [header for header in headers if is_signature(header[0], "")]
    if len(fields) > MOST_SIGNATURES:
        words = "DKIM: Error during validation, disabling signature verification: EXCESS_SIGS"
        scope.log.append(("main", words))
        return []
    body = message.body.replace(b"\n", b"\r\n")
    minimal = bool(option(scope, "dkim_verify_minimal") == b"true")
    found: list[Signature] = []
    for field in fields:
        signature = Signature(tags_of(field[1]), {})
        if not counts(scope, signature):
            continue
        if minimal and any(one.outcome is PASS for one in found):
            signature.outcome = NOT_VERIFIED
        else:
            signature.outcome = verify_one(scope, signature, field, headers, body)
        found.append(signature)
    return found


def is_signature(name: bytes, kind: str) -> bool:
    return kind != "*" and name.lower() == b"dkim-signature"


def counts(scope: Scope, signature: Signature) -> bool:
    """Whether the algorithm is one that is to be looked at."""
    kind, _, digest = signature.tags.get(b"a", b"").partition(b"-")
    if kind not in _KINDS or digest not in _DIGESTS:
        return False
    if scope.config.dialect.version < (4, 93):  # there were no options then, and no other digests
        return digest != b"sha512" and (kind == b"rsa" or scope.config.dialect.version >= (4, 91))
    hashes, kinds = option(scope, "dkim_verify_hashes"), option(scope, "dkim_verify_keytypes")
    return digest in split_list(hashes) and kind in split_list(kinds)


def verify_one(
    scope: Scope, signature: Signature, field: tuple[bytes, bytes], headers: list[tuple[bytes, bytes]], body: bytes
) -> Outcome:
    """What comes of one signature; `field` is its header line, which is one of `headers`."""
    tags = signature.tags
    if tags.get(b"v", b"1") != b"1":
        return VERSION
    if any(not tags.get(name) for name in _NEEDED) or decoded(tags[b"b"]) is None:
        return SYNTAX
    if not body_matches(signature, body):
        return BODY
    return check_headers(scope, signature, field, headers)


def tags_of(field: bytes) -> dict[bytes, bytes]:
    """The tags of a signature or a record, without white space; the last of a name counts."""
    found: dict[bytes, bytes] = {}
    for part in field.replace(b"\\;", b";").split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            found[_SPACE.sub(b"", name)] = _SPACE.sub(b"", value)
    return found


def decoded(text: bytes) -> bytes | None:
    """The bytes behind base64, None for what is not."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def body_matches(signature: Signature, body: bytes) -> bool:
    """Whether the body, whose lines end with CRLF, has the hash that the signature says."""
    import hashlib

    tags = signature.tags
    form = signature.canonical[1].decode("latin-1")
    if form not in CANONICAL or signature.canonical[0].decode("latin-1") not in CANONICAL:
        return False
    text = canonical_body(form, body)
    if tags.get(b"l", b"").isdigit():
        text = text[: int(tags[b"l"])]
    return hashlib.new(tags[b"a"].partition(b"-")[2].decode(), text).digest() == decoded(tags.get(b"bh", b""))


def check_headers(
    scope: Scope, signature: Signature, field: tuple[bytes, bytes], headers: list[tuple[bytes, bytes]]
) -> Outcome:
    """Fetches the key and checks the signature over the header lines."""
    tags = signature.tags
    answer = dns_lookup(scope, tags[b"s"] + b"._domainkey." + tags[b"d"], "TXT")
    record = candidate(b"".join(found.data.pieces) for found in answer.records if isinstance(found.data, Txt))
    if record is None:
        return import_failed(scope, signature, UNAVAILABLE._replace(temporary=answer.status == "again"))
    read = read_record(record)
    if read is None:
        return import_failed(scope, signature, RECORD_SYNTAX)
    kind, _, digest = tags[b"a"].partition(b"-")
    key = import_key(kind, read[b"p"])
    if key is None:
        return import_failed(scope, signature, KEY_SYNTAX)
    signature.key, signature.bits = read, bits_of(key)
    if b"h" in read and digest not in [name.strip() for name in read[b"h"].split(b":")]:
        return OTHER_HASH
    form = signature.canonical[0].decode("latin-1")
    lines = [*covered(headers, tags[b"h"].split(b":")), (field[0], without_value(field[1]))]
    text = canonical_headers(form, lines).removesuffix(b"\r\n")
    if not fits(key, digest.decode(), decoded(tags[b"b"]) or b"", text):
        return HEADERS
    return TOO_SHORT if signature.bits < least_bits(scope, kind) else PASS


def import_failed(scope: Scope, signature: Signature, outcome: Outcome) -> Outcome:
    where = f"d={signature.domain.decode('latin-1')} s={signature.tags[b's'].decode('latin-1')}"
    scope.log.append(("main", f"DKIM: {where} [failed key import]"))
    return outcome


def least_bits(scope: Scope, key_type: bytes) -> int:
    """What `dkim_verify_min_keysizes` asks of keys of a type."""
    sizes = dict(word.partition(b"=")[::2] for word in option(scope, "dkim_verify_min_keysizes").split())
    size = sizes.get(key_type, b"0")
    return int(size) if size.isdigit() else 0
