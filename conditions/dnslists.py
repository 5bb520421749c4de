"""The condition `dnslists`: is the client, or whatever is asked for, on a DNS list? (specification chapters 44.27 to 44.37)"""

from __future__ import annotations

import re

from exim_lang.acl import log
from exim_lang.acl.check import AclError, Check
from exim_lang.acl.facts import remember
from exim_lang.acl.phases import spoken
from exim_lang.acl.registry import condition
from exim_lang.acl.trace import say_unindented
from exim_lang.acl.verdict import Result
from exim_lang.errors import Deferred
from exim_lang.expand.engine import expand
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.options import log_selected
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list
from exim_lang.lists.forward import ask
from exim_lang.records import dataclass, field
from exim_lang.syntax.list_items import address_number
from exim_lang.taint import join, taint
from exim_lang.world.dns import Txt

_STRANGE = re.compile(rb"[^A-Za-z0-9._-]")
_CACHE = "dnslists: answers"
_LONGEST_QUERY = 255
_COMMA = ord(",")
_WHEN_UNKNOWN: dict[bytes, Result] = {
    b"+include_unknown": "ok",
    b"+exclude_unknown": "fail",
    b"+defer_unknown": "defer",
}
_ASSUMED: dict[Result, str] = {"ok": "assumed in list", "fail": "assumed not in list", "defer": "returned DEFER"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the list: the domain, the one for the TXT record, which addresses count, and the keys.

    `addresses` None takes any. `masks`: they are bit masks. `every`: each address that was found has to match, not just
    one. `negated` turns the outcome round.
    """

    domain: bytes
    text_domain: bytes
    addresses: tuple[bytes, ...] | None
    addresses_text: bytes
    masks: bool
    every: bool
    negated: bool
    keys: bytes | None


@dataclass(slots=True)
class Answer:
    """What one query yielded; good until `expiry` (seconds since the epoch)."""

    status: str
    expiry: float
    addresses: list[bytes] = field(default_factory=list)
    text: bytes | None = None
    text_known: bool = False


def read_item(item: bytes) -> Item:
    """Takes an item apart: `text.domain,domain!=&address,address/key:key`."""
    rest, slash, keys = item.partition(b"/")
    masks = b"=" not in rest
    domain, sign, addresses = rest.partition(b"&" if masks else b"=")
    negated = every = False
    if sign:
        negated = domain.endswith(b"!")
        domain = domain.removesuffix(b"!")
        if not masks and addresses[:1] in (b"=", b"&"):
            every = True
            masks = addresses.startswith(b"&")
            addresses = addresses[1:]
    text_domain, comma, main = domain.partition(b",")
    return Item(
        main if comma else text_domain,
        text_domain,
        tuple(split_list(addresses, _COMMA)) if sign else None,
        addresses,
        masks and bool(sign),
        every,
        negated,
        keys if slash else None,
    )


def inverted(address: bytes) -> bytes:
    """The labels by which DNS lists know an IP address: bytes or nibbles from right to left."""
    number = address_number(address.partition(b"%")[0])
    if number is None:
        return address
    bits, value = number
    if bits == 128 and value >> 32 == 0xFFFF:
        bits, value = 32, value & 0xFFFFFFFF
    if bits == 32:
        return b".".join(b"%d" % (value >> shift & 0xFF) for shift in (0, 8, 16, 24))
    return b".".join(b"%x" % (value >> shift & 0xF) for shift in range(0, 128, 4))


@condition("dnslists")
def dnslists(check: Check) -> Result:
    """Whether an item of the list holds; sets `$dnslist_domain`, `$dnslist_matched`, `$dnslist_value` and `$dnslist_text`."""
    scope = check.scope
    unknown: Result = "fail"
    for entry in split_list(expand(check.text, scope)):
        shown = entry.decode("latin-1")
        say_unindented(scope, f"dnslists check: {shown}")
        if entry.startswith(b"+"):
            if entry.lower() in _WHEN_UNKNOWN:
                unknown = _WHEN_UNKNOWN[entry.lower()]
            else:
                log.write(scope, ("main", "panic"), f"unknown item in dnslist (ignored): {shown}")
            continue
        item = read_item(entry)
        for domain in dict.fromkeys((item.domain, item.text_domain)):
            if _STRANGE.search(domain):
                name = domain.decode("latin-1")
                log.write(
                    scope, ("main",), f'dnslists domain "{name}" contains strange characters - is this right?'
                )
        result = _check_item(check, item, unknown)
        if result == "defer":
            raise Deferred("")
        if result != "fail":
            return result
        if item.keys is None and not scope.connection.host_address:
            return "fail"
    return "fail"


def _check_item(check: Check, item: Item, unknown: Result) -> Result:
    scope = check.scope
    if item.keys is None:
        if check.phase in ("NOTSMTP", "NOTSMTP_START"):
            raise AclError(f"cannot test auto-keyed dnslists condition in {spoken(check.phase)} ACL")
        keys = [scope.connection.host_address] if scope.connection.host_address else []
    else:
        keys = list(split_list(item.keys))
    deferred = False
    for key in keys:
        prepended = inverted(key) if ip_version(key) else key
        result = _look_up(scope, item, key, prepended, unknown)
        if result == "ok":
            remember(scope, "dnslist_domain", bytes(item.text_domain))
            remember(scope, "dnslist_matched", key)
            listed = f"{key.decode('latin-1')} is listed at {item.text_domain.decode('latin-1')}"
            say_unindented(scope, f"=> that means {listed}")
            return "ok"
        deferred = deferred or result == "defer"
    return "defer" if deferred else "fail"


def _look_up(scope: Scope, item: Item, key: bytes, prepended: bytes, unknown: Result) -> Result:
    """Asks for one key in the domain of the item, and then in that for the text."""
    query = join([prepended, b".", item.domain])
    name = query.decode("latin-1")
    if len(query) > _LONGEST_QUERY:
        log.write(scope, ("main", "panic"), f"dnslist query is too long (ignored): {name}...")
        return "fail"
    answer = _ask(scope, query)
    if answer.status in ("nomatch", "nodata"):
        say_unindented(scope, f"DNS lookup for {name} failed")
        missing = f"{key.decode('latin-1')} is not listed at {item.domain.decode('latin-1')}"
        say_unindented(scope, f"=> that means {missing}")
        return "fail"
    if answer.status != "found":
        if log_selected(scope, "dnslist_defer", True):
            line = f"DNS list lookup defer (probably timeout) for {name}: {_ASSUMED[unknown]}"
            log.write(scope, ("main",), line)
        return unknown
    value = b", ".join(answer.addresses)
    say_unindented(scope, f"DNS lookup for {name} succeeded (yielding {value.decode('latin-1')})")
    if not _acceptable(scope, item, key, answer):
        return "fail"
    if item.text_domain != item.domain:
        second = Item(item.text_domain, item.text_domain, None, b"", False, item.every, item.negated, item.keys)
        return _look_up(scope, second, key, prepended, unknown)
    if not answer.text_known:
        answer.text_known = True
        texts = [record.data for record in ask(scope, query, "TXT").records if isinstance(record.data, Txt)]
        answer.text = taint(texts[0].pieces[0]) if texts and texts[0].pieces else None
    remember(scope, "dnslist_value", value)
    remember(scope, "dnslist_text", answer.text)
    return "ok"


def _ask(scope: Scope, query: bytes) -> Answer:
    """The A records of a name, kept for the session as long as their time to live allows."""
    cache = scope.caches.setdefault(_CACHE, {})
    assert isinstance(cache, dict), "the key is ours"
    now = scope.world.now()
    kept: Answer | None = cache.get(bytes(query))
    if kept is not None and kept.expiry > now:
        say_unindented(scope, "dnslists: using result of previous lookup")
        return kept
    past = "" if kept is None else "cached data found but past valid time; "
    say_unindented(scope, f"{past}new DNS lookup for {query.decode('latin-1')}")
    answer = ask(scope, query, "A")
    addresses = [record.data for record in answer.records if isinstance(record.data, bytes)]
    status = answer.status if addresses or answer.status != "found" else "nodata"
    ttl = min(3600, *(record.ttl for record in answer.records)) if addresses else 3600
    found = Answer(status, now + ttl, addresses)
    cache[bytes(query)] = found
    say_unindented(scope, f"dnslists: wrote cache entry, ttl={ttl}")
    return found


def _acceptable(scope: Scope, item: Item, key: bytes, answer: Answer) -> bool:
    """Whether the addresses that were found are of the kind that the item asks for."""
    if item.addresses is None:
        return _in_loopback(scope, item, key, answer)
    matches = [any(_matches(address, wanted, item.masks) for wanted in item.addresses) for address in answer.addresses]
    holds = (all if item.every else any)(matches)
    if holds != item.negated:
        return True
    reason = {
        (False, False): "was no match",
        (False, True): "was an exclude match",
        (True, False): "was an IP address that did not match",
        (True, True): "were no IP addresses that did not match",
    }[item.every, item.negated]
    sign = ("=" if item.every else "") + ("&" if item.masks else "=")
    say_unindented(scope, "=> but we are not accepting this block class because")
    say_unindented(scope, f"=> there {reason} for {sign}{item.addresses_text.decode('latin-1')}")
    return False


def _matches(address: bytes, wanted: bytes, mask: bool) -> bool:
    if not mask:
        return address == wanted
    found, bits = address_number(address), address_number(wanted)
    if found is None or bits is None or found[0] != 32 or bits[0] != 32:
        return False
    return found[1] & bits[1] == bits[1]


def _in_loopback(scope: Scope, item: Item, key: bytes, answer: Answer) -> bool:
    """Whether an address is in 127/8; the others come from whoever has taken over the domain, and are logged."""
    good = False
    for address in answer.addresses:
        if address.startswith(b"127."):
            good = True
            continue
        where = f"{key.decode('latin-1')} at {item.domain.decode('latin-1')}"
        line = f"DNS list lookup for {where} returned {address.decode('latin-1')}; not in 127.0/8 and discarded"
        log.write(scope, ("main",), line)
    return good
