"""Validating a chain, in Exim's order and with its words (RFC 8617 section 5.2, specification section 58.7).

Keys come from the DNS of the World, canonical forms and keys are read as those of DKIM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from exim_lang.arc.sets import KINDS, SEAL, SIGNATURE, ArcError, ArcSet, collect_sets
from exim_lang.dkim.canon import canonical_headers, covered, wire_header, without_value
from exim_lang.dkim.keys import bits_of, candidate, fits, import_key, read_record
from exim_lang.dkim.verify import Signature, body_matches, decoded, least_bits
from exim_lang.expand.dns_lookup import dns_lookup
from exim_lang.world.dns import Txt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.expand.scope import Scope

_ALGORITHMS: Final = (b"rsa-sha256", b"ed25519-sha256")
_NEEDED: Final = {SIGNATURE: (b"a", b"b", b"bh", b"d", b"s"), SEAL: (b"a", b"b", b"cv", b"d", b"s")}
_RELAXED: Final = b"relaxed/relaxed"


class ArcState(NamedTuple):
    """What came of it: `$arc_state` ("none", "pass", "fail"), `$arc_state_reason`, `$arc_domains`, `$arc_oldest_pass`.

    `instance` is the highest one of a chain that is whole, `selector` that of its signature.
    """

    state: str
    reason: str = ""
    domains: tuple[bytes, ...] = ()
    oldest_pass: int = 0
    instance: int = 0
    selector: bytes = b""


def verify_arc(scope: Scope) -> ArcState:
    """Validates the chain of the scope's message; raises ClosedWorld where nobody answers for a key."""
    try:
        found = collect_sets(scope.message.headers or ())
    except ArcError as error:
        return ArcState("fail", str(error))
    if not found:
        return ArcState("none")
    chain = _Chain(scope, found)
    try:
        chain.check()
    except ArcError as error:
        return chain.state("fail", str(error))
    return chain.state("pass")


class _Chain:
    """The sets of a message while they are looked at."""

    def __init__(self, scope: Scope, sets: dict[int, ArcSet]) -> None:
        self.scope = scope
        self.sets = sets
        self.last = max(sets)
        self.oldest_pass = 0
        self.whole = False
        self.headers = [wire_header(header.text) for header in scope.message.headers or () if header.kind != "*"]
        self.body = scope.message.body.replace(b"\n", b"\r\n")

    def state(self, state: str, reason: str = "") -> ArcState:
        domains = tuple(self.sets[n].tag(SEAL, b"d") if n in self.sets else b"" for n in range(1, self.last + 1))
        instance = self.last if self.whole else 0
        selector = self.sets[self.last].tag(SIGNATURE, b"s") if self.whole else b""
        return ArcState(state, reason, domains, self.oldest_pass, instance, selector)

    def check(self) -> None:
        """Goes through the chain, the latest hand first; raises ArcError where it breaks."""
        trouble: dict[int, str] = {}
        for expected in range(self.last, 0, -1):
            if expected not in self.sets:
                found = max((n for n in self.sets if n < expected), default=0)
                raise ArcError(
                    f"i={found} (sequence; expected {expected})" if found else f"(sequence; expected i={expected})"
                )
            one = self.sets[expected]
            if not one.complete:
                raise ArcError(f"i={expected} (missing header)")
            if one.tag(SEAL, b"cv").lower() == b"fail":
                raise ArcError(f"i={expected} (cv)")
            if not any(trouble.values()):  # how far back the message can be followed unchanged
                trouble[expected] = self.signature_trouble(one)
                if not trouble[expected]:
                    self.oldest_pass = expected
        self.whole = True
        if trouble[self.last]:
            raise ArcError(trouble[self.last])
        for instance in range(self.last, 0, -1):
            words = self.seal_trouble(self.sets[instance])
            if words:
                raise ArcError(words)

    def signature_trouble(self, one: ArcSet) -> str:
        """What is wrong with the signature over the message; empty for nothing."""
        tags = one.tags[SIGNATURE]
        names = tags.get(b"h", b"").lower().split(b":")
        if not _usable(one, SIGNATURE) or b"h" not in tags or SEAL in names or decoded(tags[b"bh"]) is None:
            return "AMS sig syntax"
        signature = Signature({b"c": _RELAXED, **tags}, {})
        if not body_matches(signature, self.body):
            return "AMS body hash miscompare"
        return self.unverified(signature, list(covered(self.headers, names)), one.lines[SIGNATURE], "AMS sig nonverify")

    def seal_trouble(self, one: ArcSet) -> str:
        """What is wrong with a seal, which covers all that was added up to it; empty for nothing."""
        tags = one.tags[SEAL]
        if (tags.get(b"cv", b"").lower() == b"none") != (one.instance == 1):
            return "seal cv state"
        if not _usable(one, SEAL) or b"h" in tags or tags[b"cv"].lower() not in (b"none", b"pass"):
            return "seal syntax"
        lines = [self.sets[n].lines[kind] for n in range(1, one.instance + 1) for kind in KINDS][:-1]
        return self.unverified(Signature({**tags, b"c": _RELAXED}, {}), lines, one.lines[SEAL], "seal sigverify error")

    def unverified(
        self, signature: Signature, lines: Sequence[tuple[bytes, bytes]], own: tuple[bytes, bytes], words: str
    ) -> str:
        """What is wrong with a signature over header lines and its `own` line: its key, or else `words`."""
        tags = signature.tags
        answer = dns_lookup(self.scope, tags[b"s"] + b"._domainkey." + tags[b"d"], "TXT")
        record = candidate(b"".join(found.data.pieces) for found in answer.records if isinstance(found.data, Txt))
        read = read_record(record) if record is not None else None
        kind, _, digest = tags[b"a"].partition(b"-")
        key = import_key(kind, read[b"p"]) if read is not None else None
        if key is None:
            return "pubkey problem"
        text = canonical_headers(signature.canonical[0].decode("latin-1"), [*lines, (own[0], without_value(own[1]))])
        if not fits(key, digest.decode(), decoded(tags[b"b"]) or b"", text.removesuffix(b"\r\n")):
            return words
        return "" if bits_of(key) >= least_bits(self.scope, kind) else "pubkey too short"


def _usable(one: ArcSet, kind: bytes) -> bool:
    """Whether a signature has what it needs, and is written as RFC 6376 wants it."""
    from dkim.util import InvalidTagValueList, parse_tag_value

    tags = one.tags[kind]
    try:
        parse_tag_value(one.lines[kind][1])
    except InvalidTagValueList:
        return False
    good = all(tags.get(name) for name in _NEEDED[kind]) and decoded(tags[b"b"]) is not None
    return good and tags[b"a"] in _ALGORITHMS
