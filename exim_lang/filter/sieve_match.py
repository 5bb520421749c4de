"""How Sieve compares strings: comparators, match types, parts of addresses (RFC 5228 section 2.7, RFC 5233)."""

from __future__ import annotations

import re

from exim_lang.filter.sieve_words import SieveWords
from exim_lang.records import dataclass

_COMPARATORS = ("i;octet", "i;ascii-casemap", "en;ascii-casemap", "i;ascii-numeric")
_PARTS = ("localpart", "domain", "all", "user", "detail")
_TYPES = ("is", "contains", "matches")
_DIGITS = re.compile(rb"[0-9]+")


@dataclass(frozen=True, slots=True)
class How:
    """What the tags of a test say."""

    comparator: str = "i;ascii-casemap"
    match: str = "is"
    part: str = "all"


def read_tags(words: SieveWords, required: set[str], *, parts: bool) -> How:
    """The tags in front of the lists of a test; `required` are the capabilities."""
    comparator = match = part = ""
    while True:
        if words.identifier(":comparator"):
            if comparator:
                raise words.fail("comparator already specified")
            given = words.string()
            if given is None:
                raise words.fail("missing comparator")
            comparator = given.decode("latin-1").lower()
            if comparator not in _COMPARATORS:
                raise words.fail("invalid comparator")
            if comparator == "i;ascii-numeric" and "comparator-i;ascii-numeric" not in required:
                raise words.fail('missing previous require "comparator-i;ascii-numeric";')
            continue
        found = next((name for name in _TYPES if words.identifier(f":{name}")), "")
        if found:
            if match:
                raise words.fail("match type already specified")
            match = found
            continue
        found = next((name for name in _PARTS if words.identifier(f":{name}")), "") if parts else ""
        if not found:
            break
        if found in ("user", "detail") and "subaddress" not in required:
            raise words.fail('missing previous require "subaddress";')
        if part:
            raise words.fail("address part already specified")
        part = found
    how = How(comparator or "i;ascii-casemap", match or "is", part or "all")
    if how.comparator == "i;ascii-numeric" and how.match != "is":
        raise words.fail("comparator does not offer specified matchtype")
    return how


def part_of(address: bytes, part: str) -> bytes | None:
    """The part of an address. Exim takes all of the local part for the user, and finds no detail: None."""
    local_part, _, domain = address.rpartition(b"@")
    match part:
        case "localpart" | "user":
            return local_part
        case "domain":
            return domain
        case "detail":
            return None
    return address


def equal(value: bytes, key: bytes, how: How) -> bool:
    """Whether the key fits the value."""
    if how.comparator == "i;ascii-numeric":
        numbers = [_DIGITS.match(text) for text in (value, key)]
        return [int(one[0]) if one is not None else None for one in numbers[:1]] == [
            int(one[0]) if one is not None else None for one in numbers[1:]
        ]
    if how.comparator != "i;octet":
        value, key = value.lower(), key.lower()
    match how.match:
        case "contains":
            return key in value
        case "matches":
            return _glob(key).fullmatch(value) is not None
    return value == key


def _glob(key: bytes) -> re.Pattern[bytes]:
    out = []
    at = 0
    while at < len(key):
        character = key[at : at + 1]
        if character == b"\\" and at + 1 < len(key):
            at += 1
            out.append(re.escape(key[at : at + 1]))
        else:
            out.append({b"*": b".*", b"?": b"."}.get(character, re.escape(character)))
        at += 1
    return re.compile(b"".join(out), re.DOTALL)
