"""The condition `ratelimit`: how fast a client sends (specification chapters 44.39 to 44.44).

Rates are kept in a hints database in memory, and computed with the world's clock. Where Exim has a Bloom filter for
`unique=`, which takes an event for an old one now and then, this remembers the events themselves.
"""

from __future__ import annotations

import math
import re
from typing import Literal, NoReturn, TypeAlias, cast

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.facts import RATES_SEEN, remember
from exim_lang.acl.hints import database
from exim_lang.acl.phases import MESSAGE_PHASES, spoken
from exim_lang.acl.registry import condition
from exim_lang.acl.trace import say
from exim_lang.acl.words import read_time
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass, field
from exim_lang.taint import join

Mode: TypeAlias = Literal["per_cmd", "per_conn", "per_mail", "per_byte", "per_rcpt", "per_addr", "all recipients"]

_KEY_WORDS: dict[Mode, bytes] = {"per_byte": b"per_mail", "per_addr": b"per_rcpt", "all recipients": b"per_rcpt"}
_BATCH_PHASES = MESSAGE_PHASES - {"RCPT", "MAIL"}
_NUMBER = re.compile(rb"[ \t\n\v\f\r]*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_UNITS = {b"": 1, b"k": 2**10, b"m": 2**20, b"g": 2**30}
_SLASH = ord("/")
_RATES = "ratelimit: rates of this "


@dataclass(slots=True)
class Rate:
    """What the database keeps of one key: the smoothed rate, when it was computed, and which events have been."""

    rate: float
    time: float
    events: set[bytes] = field(default_factory=set)
    events_since: float = 0.0


@dataclass(slots=True)
class Request:
    """The arguments of the condition."""

    limit: float
    period: int
    period_text: bytes
    mode: Mode
    count: float
    unique: bytes | None
    key: bytes
    readonly: bool
    strict: bool


@condition("ratelimit")
def ratelimit(check: Check) -> bool:
    """Whether the rate has reached the limit; sets `$sender_rate`, `$sender_rate_limit` and `$sender_rate_period`."""
    scope = check.scope
    request = _read(check)
    word = _KEY_WORDS.get(request.mode, request.mode.encode("ascii"))
    unique = b"unique/" if request.unique is not None else b""
    key = b"/".join((request.period_text, word, unique + request.key))
    shown = key.decode("latin-1")
    say(scope, f"ratelimit condition count={request.count:.0f} {request.limit:.1f}/{shown}")
    computed = _computed(scope, request)
    found = computed.get(key)
    if found is not None:
        remember(scope, "sender_rate", b"%.1f" % found)
        say(scope, f"ratelimit found pre-computed rate {found:.1f}")
        return found >= request.limit
    rates = cast("dict[bytes, Rate]", database(scope, "ratelimit"))
    record = _measure(scope, request, rates.get(key))
    over = record.rate >= request.limit
    if request.strict or (not over and not request.readonly):
        rates[key] = record
        say(scope, "ratelimit db updated")
    else:
        why = "readonly mode" if request.readonly else "over the limit, but leaky"
        say(scope, f"ratelimit db not updated: {why}")
    computed[key] = record.rate
    remember(scope, "sender_rate", b"%.1f" % record.rate)
    say(scope, f"ratelimit computed rate {record.rate:.1f}")
    return over


def _measure(scope: Scope, request: Request, old: Rate | None) -> Rate:
    """The rate with this event: an exponentially weighted moving average, whose time constant is the period."""
    now = scope.world.now()
    count = request.count
    if old is not None:
        say(scope, "ratelimit found key in database")
    events: set[bytes] = set(old.events) if old is not None else set()
    since = old.events_since if old is not None else now
    if request.unique is not None:
        expired = old is not None and int(now) > int(since) + request.period
        if expired:
            say(scope, "ratelimit discarding old Bloom filter")
            events, since = set(), now
        if old is None or expired:
            say(scope, "ratelimit creating new Bloom filter")
        if not request.readonly:
            say(scope, f"ratelimit checking uniqueness of {request.unique.decode('latin-1')}")
            if request.unique in events:
                say(scope, "ratelimit event found in Bloom filter")
                count = 0.0
            else:
                say(scope, "ratelimit event added to Bloom filter")
                events.add(bytes(request.unique))
    elif old is None:
        say(scope, "ratelimit creating new rate data block")
    if old is None:
        say(scope, "ratelimit initializing new key's rate data")
        return Rate(count, now, events, since)
    interval = max(now - old.time, 1e-9)  # the clock may stand still, or go back
    share = interval / request.period
    decay = math.exp(-share)
    rate = (1 - decay) * count / share + decay * old.rate
    return Rate(max(rate, count), now, events, since)


def _computed(scope: Scope, request: Request) -> dict[bytes, float]:
    """The rates that were computed already for this command, message or connection: each counts once."""
    owner: object
    if request.readonly or request.mode in ("per_cmd", "per_rcpt", "per_addr"):
        return cast("dict[bytes, float]", scope.caches.setdefault(RATES_SEEN, {}))
    kind, owner = ("connection", scope.connection) if request.mode == "per_conn" else ("message", scope.message)
    kept = scope.caches.get(_RATES + kind)
    if not isinstance(kept, tuple) or kept[0] is not owner:
        kept = (owner, {})
        scope.caches[_RATES + kind] = kept
    return cast("dict[bytes, float]", kept[1])


def _wrong(why: str) -> NoReturn:
    raise AclError(f'error in arguments to "ratelimit" condition: {why}')


def _read(check: Check) -> Request:
    """Reads the arguments: limit, period, options, and the key."""
    scope = check.scope
    parts = list(split_list(check.value, _SLASH))
    if not parts:
        _wrong("sender rate limit not set")
    remember(scope, "sender_rate_limit", parts[0])
    number = _NUMBER.match(parts[0])
    unit = parts[0][number.end() :].lower() if number else b"x"
    if number is None or unit not in _UNITS or float(number[1]) < 0:
        _wrong(f'"{parts[0].decode("latin-1")}" is not a positive number')
    limit = float(number[1]) * _UNITS[unit]
    period_text = parts[1] if len(parts) > 1 else b"NULL"
    remember(scope, "sender_rate_period", parts[1] if len(parts) > 1 else None)
    period = read_time(period_text)
    if not period:
        _wrong(f'"{period_text.decode("latin-1")}" is not a time value')
    return _read_options(check, parts[2:], Request(limit, period, period_text, "per_mail", 1.0, None, b"", False, False))


def _read_options(check: Check, parts: list[bytes], request: Request) -> Request:
    mode: Mode | None = None
    forbidden = noupdate = False
    modes: set[bytes] = set()
    keys: list[bytes] = []
    for part in parts:
        word = part.lower()
        if word in (b"leaky", b"strict", b"readonly"):
            modes.add(word)
        elif word == b"noupdate":
            noupdate = True
        elif word in (b"per_cmd", b"per_conn", b"per_mail", b"per_byte", b"per_rcpt", b"per_addr"):
            asked, wrong_here = _mode(check, word.decode("ascii"), request)
            if mode not in (None, asked):
                _wrong("conflicting per_* options")
            mode = asked
            forbidden = forbidden or wrong_here
        elif word.startswith(b"count="):
            number = _NUMBER.fullmatch(part, 6)
            if number is None or float(number[1]) < 0:
                _wrong(f'"{part.decode("latin-1")}" is not a positive number')
            request.count = float(number[1])
        elif word.startswith(b"unique="):
            request.unique = part[7:]
        else:
            keys.append(part)
    if len(modes) > 1:
        _wrong("conflicting update modes")
    request.mode = mode or "per_mail"
    if forbidden and modes & {b"leaky", b"strict"} and not noupdate:
        name = _KEY_WORDS.get(request.mode, request.mode.encode("ascii")).decode("ascii")
        _wrong(
            f'"{name}" must not have /leaky or /strict option, or cannot be used in {spoken(check.phase)} ACL'
        )
    request.readonly = noupdate or forbidden or b"readonly" in modes
    request.strict = b"strict" in modes and not noupdate and not forbidden
    if request.readonly:
        request.count = 0.0
    request.key = b"/".join(keys) if keys else bytes(check.scope.connection.host_address)
    return request


def _mode(check: Check, word: str, request: Request) -> tuple[Mode, bool]:
    """What is counted, and whether that cannot be counted in this phase."""
    phase = check.phase
    message = check.scope.message
    match word:
        case "per_conn":
            return "per_conn", phase in ("NOTSMTP", "NOTSMTP_START")
        case "per_mail":
            return "per_mail", phase not in MESSAGE_PHASES
        case "per_byte":
            if phase not in MESSAGE_PHASES:
                return "per_byte", True
            size = message.size if message.received else message.declared_size or 0
            request.count = float(max(size, 0))
            return "per_byte", False
        case "per_rcpt":
            if phase in _BATCH_PHASES:
                request.count = float(len(message.recipients))
                return "all recipients", False
            return "per_rcpt", phase != "RCPT"
        case "per_addr":
            address = check.scope.address
            if phase != "RCPT" or address is None:
                request.unique = b"*"
                return "per_addr", True
            request.unique = join([address.local_part, b"@", address.domain])
            return "per_addr", False
    return "per_cmd", False
