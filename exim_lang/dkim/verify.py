"""Verifying the DKIM signatures of a message, with Exim's words for what came of it (specification section 58.3).

The cryptography and the canonical forms are dkimpy's; what Exim leaves to the ACL (the time a signature expires, say) is not
checked here, and keys come from the DNS of the World, never from the network behind its back.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
_NEEDED: Final = (b"a", b"b", b"d", b"h", b"s")
_ALGORITHMS: Final = (b"rsa-sha1", b"rsa-sha256", b"ed25519-sha256")


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
KEY_SYNTAX: Final = Outcome(
    "invalid",
    "pubkey_syntax",
    "invalid - syntax error in public key record",
    "neutral",
    "public key record import problem",
)
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
        words = f"DKIM: d={tag.get('d', '')} s={tag.get('s', '')} c={canonical} a={tag.get('a', '')} b={self.signature_bits}"
        words += "".join(f" {name}={tag[name]}" for name in ("i", "t", "x", "l") if name in tag)
        return f"{words} [{self.outcome.log}]"

    def result(self) -> str:
        """Its part of an Authentication-Results line."""
        tag = {name.decode("latin-1"): value.decode("latin-1") for name, value in self.tags.items()}
        comment = f" ({self.outcome.comment.format(bits=self.bits)})\n\t\t" if self.outcome.comment else ""
        names = "".join(f" header.{name}={tag[name]}" for name in ("d", "i", "s", "a") if name in tag)
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
    """The signatures of the scope's message that the options let count, the last one first, as Exim works through them.

    Raises ClosedWorld where nobody answers for the key of one.
    """
    import dkim

    message = scope.message
    fields = [header.value for header in message.headers or () if is_signature(header.name, header.kind)]
    if len(fields) > MOST_SIGNATURES:
        words = "DKIM: Error during validation, disabling signature verification: EXCESS_SIGS"
        scope.log.append(("main", words))
        return []
    verifier = dkim.DKIM(minkey=0)  # given the parts, as its own reader is stricter about header lines than Exim
    verifier.headers = [wire_header(header.text) for header in message.headers or () if header.kind != "*"]
    verifier.body = message.body.replace(b"\n", b"\r\n")
    found = [verify_one(scope, verifier, index, field) for index, field in enumerate(fields)]
    return [signature for signature in reversed(found) if signature is not None]


def is_signature(name: bytes, kind: str) -> bool:
    return kind != "*" and name.lower() == b"dkim-signature"


def wire_header(text: bytes) -> tuple[bytes, bytes]:
    """Name and value of a header line as it was on the wire: with CRLF at the end of each line."""
    name, _, value = text.replace(b"\n", b"\r\n").partition(b":")
    return name, value


def verify_one(scope: Scope, verifier: Any, index: int, field: bytes) -> Signature | None:
    """What came of one signature; None for one whose algorithm is not to be looked at."""
    signature = Signature(tags_of(field), {})
    tags = signature.tags
    algorithm = tags.get(b"a", b"")
    key_type, _, digest = algorithm.partition(b"-")
    if algorithm and not (
        algorithm in _ALGORITHMS
        and digest in split_list(option(scope, "dkim_verify_hashes"))
        and key_type in split_list(option(scope, "dkim_verify_keytypes"))
    ):
        return None
    if tags.get(b"v", b"1") != b"1":
        signature.outcome = VERSION
    elif any(not tags.get(name) for name in _NEEDED) or decoded(tags[b"b"]) is None:
        signature.outcome = SYNTAX
    elif not body_matches(signature, verifier):
        signature.outcome = BODY
    else:
        signature.outcome = check_headers(scope, verifier, index, signature)
    return signature


def tags_of(field: bytes) -> dict[bytes, bytes]:
    """The tags of a signature or a key, without white space; the first of a name counts."""
    found: dict[bytes, bytes] = {}
    for part in field.replace(b"\\;", b";").split(b";"):
        name, equals, value = part.partition(b"=")
        if equals:
            found.setdefault(_SPACE.sub(b"", name), _SPACE.sub(b"", value))
    return found


def decoded(text: bytes) -> bytes | None:
    """The bytes behind base64, None for what is not."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def body_matches(signature: Signature, verifier: Any) -> bool:
    """Whether the body has the hash that the signature says."""
    import hashlib

    from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError

    tags = signature.tags
    try:
        policy = CanonicalizationPolicy.from_c_value(b"/".join(signature.canonical))
    except InvalidCanonicalizationPolicyError:
        return False
    body = policy.canonicalize_body(verifier.body)
    if tags.get(b"l", b"").isdigit():
        body = body[: int(tags[b"l"])]
    return hashlib.new(tags[b"a"].partition(b"-")[2].decode(), body).digest() == decoded(tags.get(b"bh", b""))


def check_headers(scope: Scope, verifier: Any, index: int, signature: Signature) -> Outcome:
    """Fetches the key and checks the signature over the header lines."""
    import dkim

    tags = signature.tags
    answer = dns_lookup(scope, tags[b"s"] + b"._domainkey." + tags[b"d"], "TXT")
    records = [b"".join(record.data.pieces) for record in answer.records if isinstance(record.data, Txt)]
    if not records or not any(b"p" in tags_of(record) for record in records):
        return import_failed(scope, signature, UNAVAILABLE._replace(temporary=answer.status == "again"))
    if not load_key(verifier, signature, records):
        return import_failed(scope, signature, KEY_SYNTAX)
    header = [pair for pair in verifier.headers if is_signature(pair[0], "")][index]
    names = tags[b"h"].lower().split(b":")
    try:
        good = verifier.verify_sig_process(dict(tags), names, header, None)
    except (dkim.DKIMException, ValueError):
        good = False
    if not good:
        return HEADERS
    return TOO_SHORT if signature.bits < least_bits(scope, tags[b"a"].partition(b"-")[0]) else PASS


def import_failed(scope: Scope, signature: Signature, outcome: Outcome) -> Outcome:
    where = f"d={signature.domain.decode('latin-1')} s={signature.tags[b's'].decode('latin-1')}"
    scope.log.append(("main", f"DKIM: {where} [failed key import]"))
    return outcome


def load_key(verifier: Any, signature: Signature, records: list[bytes]) -> bool:
    """Gives the verifier the key of the first record that holds one."""
    import dkim

    for record in records:
        key = tags_of(record)
        text = b"; ".join(name + b"=" + value for name, value in key.items())
        try:
            verifier.pk, verifier.keysize, verifier.ktag, verifier.seqtlsrpt = dkim.evaluate_pk(b"key", text)
        except (dkim.DKIMException, ValueError, IndexError):
            continue
        signature.key, signature.bits = key, verifier.keysize
        return True
    return False


def least_bits(scope: Scope, key_type: bytes) -> int:
    """What `dkim_verify_min_keysizes` asks of keys of a type."""
    sizes = dict(word.partition(b"=")[::2] for word in option(scope, "dkim_verify_min_keysizes").split())
    size = sizes.get(key_type, b"0")
    return int(size) if size.isdigit() else 0
