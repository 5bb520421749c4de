"""Verifying the DomainKeys signature of a message, with the words of Exim 4.69 for what came of it (RFC 4870)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.dkim.verify import decoded, tags_of
from exim_lang.domainkeys.canon import canonical, chosen, name_of
from exim_lang.domainkeys.policy import Policy, policy_of, texts
from exim_lang.domainkeys.sender import Responsible, responsible
from exim_lang.taint import taint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from exim_lang.expand.scope import Scope

STATUSES: Final = ("good", "bad", "no signature", "no key", "bad format", "non-participant", "revoked")
"""All words that `$dk_status` can have."""

_NEEDED: Final = (b"b", b"c", b"d", b"s")


class Result(NamedTuple):
    """What came of it: one of STATUSES, and a sentence for people."""

    status: str
    words: str


class Checked(NamedTuple):
    """A message that was looked at: whose it is, what that domain says of itself, whether it is signed, the result."""

    sender: Responsible
    policy: Policy
    signed: bool
    result: Result

    def variables(self) -> dict[str, bytes]:
        """`$dk_...`, without their dollars."""
        sender, policy = self.sender, self.policy
        outside = {"dk_sender": sender.address, "dk_sender_local_part": sender.local_part, "dk_sender_domain": sender.domain}
        return {name: taint(value) for name, value in outside.items()} | {
            "dk_sender_source": b"0" if sender.source == "none" else sender.source.encode(),
            "dk_signsall": b"1" if policy.signs_all else b"0",
            "dk_testing": b"1" if policy.testing else b"0",
            "dk_is_signed": b"1" if self.signed else b"0",
            "dk_status": self.result.status.encode(),
            "dk_result": self.result.words.encode(),
        }


def check_message(scope: Scope) -> Checked | None:
    """Looks at the scope's message once it is received; None for one that no ACL asked to verify (`control = dk_verify`).

    Raises ClosedWorld where nobody answers for the key or the policy.
    """
    message = scope.message
    if not message.received or "dk_verify" not in message.controls:
        return None
    known = scope.caches.get("domainkeys")
    if isinstance(known, tuple) and known[0] is message:
        found: Checked = known[1]
        return found
    headers = [header.text for header in message.headers or () if header.kind != "*"]
    checked = check(scope, headers, message.body)
    message.facts.update(checked.variables())
    scope.caches["domainkeys"] = (message, checked)
    return checked


def check(scope: Scope, headers: Sequence[bytes], body: bytes) -> Checked:
    """Looks at a message: its header lines, each with its newlines, and its body, whose lines end with newlines."""
    at = next((index for index, line in enumerate(headers) if name_of(line) == b"domainkey-signature"), None)
    sender = responsible(headers)
    policy = policy_of(scope, sender.domain) if sender.domain else Policy()
    if at is None:
        if policy.takes_part:
            return Checked(sender, policy, False, Result("no signature", "the message is not signed"))
        return Checked(sender, policy, False, Result("non-participant", "the domain does not take part in DomainKeys"))
    tags = tags_of(headers[at].partition(b":")[2])
    result, testing = verify(scope, tags, sender, headers[at + 1 :], body)
    return Checked(sender, policy._replace(testing=policy.testing or testing), True, result)


def verify(
    scope: Scope, tags: dict[bytes, bytes], sender: Responsible, headers: Sequence[bytes], body: bytes
) -> tuple[Result, bool]:
    """The result for a signature with these tags over the header lines below it; and whether its key is only for tests."""
    signature = decoded(tags.get(b"b", b""))
    wrong = _malformed(tags, signature)
    if wrong:
        return Result("bad format", wrong), False
    if not sender.domain:
        return Result("bad format", "no sender in the header"), False
    domain = tags[b"d"].lower()
    if domain != sender.domain and not sender.domain.endswith(b"." + domain):
        return Result("bad", "the signature is not of the sender's domain"), False
    records, status = texts(scope, tags[b"s"] + b"._domainkey." + tags[b"d"])
    if not records:
        words = "the key cannot be had now" if status == "again" else "there is no key"
        return Result("no key", words), False
    key = tags_of(records[0])
    testing = b"y" in key.get(b"t", b"").lower()
    if key.get(b"p") == b"":
        return Result("revoked", "the key was revoked"), testing
    public = read_key(key)
    if public is None:
        return Result("bad format", "the key cannot be used"), testing
    if key.get(b"g") and key[b"g"] != sender.local_part:
        return Result("bad", "the key is not for this sender"), testing
    names = [name for name in tags.get(b"h", b"").split(b":") if name]
    text = canonical(tags[b"c"].decode("latin-1").lower(), chosen(headers, names), body)
    assert signature is not None
    if not _fits(public, signature, text):
        return Result("bad", "the signature does not fit the message"), testing
    return Result("good", "the signature fits the message"), testing


def _malformed(tags: dict[bytes, bytes], signature: bytes | None) -> str:
    """What is wrong with the tags of a signature, nothing for good ones."""
    if any(not tags.get(name) for name in _NEEDED):
        return "a tag of the signature is missing"
    if not signature:
        return "the signature is not in base64"
    if tags.get(b"a", b"rsa-sha1").lower() != b"rsa-sha1":
        return "the algorithm is unknown"
    if tags[b"c"].lower() not in (b"simple", b"nofws"):
        return "the canonical form is unknown"
    if tags.get(b"q", b"dns").lower() != b"dns":
        return "the way to the key is unknown"
    return ""


def read_key(tags: dict[bytes, bytes]) -> RSAPublicKey | None:
    """The public key of a key record, None for one that is not RSA or cannot be read."""
    from cryptography.exceptions import UnsupportedAlgorithm  # slow to load
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    if tags.get(b"k", b"rsa").lower() not in (b"rsa", b""):
        return None
    try:
        key = load_der_public_key(base64.b64decode(tags.get(b"p", b""), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _fits(key: RSAPublicKey, signature: bytes, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # slow to load
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    try:
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA1())  # all that RFC 4870 knows
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
