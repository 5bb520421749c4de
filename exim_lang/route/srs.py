"""The options `srs` and `srs_...` of redirect routers, and of the main section (experimental, Exim up to 4.95).

Before the data of the router is expanded, a recipient that is an SRS address is taken back, and `$srs_recipient` is what it
stands for; or the sender is rewritten, and the new addresses get it as their return path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand.srs_alt import LONGEST_HASH, SrsError, SrsSettings, srs_forward, srs_reverse
from exim_lang.expand.string_list import split_list
from exim_lang.taint import like

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.route.address import Outcome
    from exim_lang.route.registry import Run

ACTIONS: Final = {"forward": (False, True), "reverse": (True, False), "reverseandforward": (True, True)}
"""What the option `srs` asks for: taking the recipient back, rewriting the sender."""
LONGEST_KEY: Final = 16


def settings_of(scope: Scope) -> SrsSettings | str:
    """The settings of the main section, or what is wrong with them. `srs_config` has the last word."""
    config = scope.config

    def number(name: str, default: int) -> int:
        value = config.option(name)
        return value if isinstance(value, int) else default

    text = config.text("srs_secrets")
    secrets = [item for item in split_list(text.encode()) if item] if text is not None else []
    max_age, length, least = number("srs_maxage", 31), number("srs_hashlength", 6), number("srs_hashmin", -1)
    use_hash, use_timestamp = config.option("srs_usehash") is not False, config.option("srs_usetimestamp") is not False
    text = config.text("srs_config")
    if text is not None:
        first, *rest = [item.decode("latin-1") for item in split_list(text.encode())] or [""]
        secrets = [first.encode("latin-1")] if first else secrets
        if not all(item.isdigit() for item in rest) or len(rest) > 4:
            return f'srs_config: "{text}" is not secret:max age:hash length:use timestamp:use hash'
        numbers = [int(item) for item in rest]
        max_age, length = (numbers + [max_age, length][len(numbers) :])[:2]
        use_timestamp = bool(numbers[2]) if len(numbers) > 2 else use_timestamp
        use_hash = bool(numbers[3]) if len(numbers) > 3 else use_hash
    if not secrets:
        return "SRS Configuration Error: No secret specified"
    if not (0 < length < LONGEST_HASH and 0 < max_age < 1024):
        return "SRS Configuration Error: hash length or maximum age out of range"
    return SrsSettings(tuple(secrets), max_age, length, length if least < 0 else least, use_hash, use_timestamp)


def apply_srs(run: Run) -> Outcome | None:
    """Does what the options of the router say; None to go on, else what the router comes to."""
    router, facts = run.router, run.scope.message.facts
    text = router.text("srs") if router.fact("srs") is not None else None
    if text is None or not _wanted(run):
        return None
    backwards, forwards = ACTIONS.get(text.string.strip(), (False, False))
    if not (backwards or forwards):
        return run.defer(f'"{text}" is not a value of srs: {", ".join(ACTIONS)}')
    if backwards and forwards and (router.text("srs_dbinsert") is None) != (router.text("srs_dbselect") is None):
        return run.defer("srs_dbinsert and srs_dbselect must both be set, or neither")
    settings = settings_of(run.scope)
    if isinstance(settings, str):
        return run.defer(settings)
    facts["srs_status"] = b""
    if backwards:
        outcome = _reverse(run, settings)
        if outcome is not None:
            return outcome
    if forwards and run.purpose == "deliver" and run.scope.message.sender:
        return _forward(run, settings, run.scope.message.sender)
    return None


def _wanted(run: Run) -> bool:
    text = run.router.text("srs_condition")
    if text is None:
        return True
    try:
        return run.expand(text).lower() not in (b"", b"0", b"no", b"false")
    except ForcedFailure:
        return False


def _reverse(run: Run, settings: SrsSettings) -> Outcome | None:
    scope, recipient = run.scope, run.address.address
    select = run.router.text("srs_dbselect")
    facts = scope.message.facts
    facts["srs_orig_recipient"] = recipient
    try:
        found = srs_reverse(settings, bytes(recipient), scope.world.now(), database=select is not None)
        address = found.address
        if found.key and select is not None:
            facts["srs_db_key"] = like(found.key, recipient)
            address = bytes(run.expand(select))
            if not address:
                facts["srs_status"] = b"the key is not in the database"
                return run.fail_with("fail", facts["srs_status"])
    except SrsError as error:
        facts["srs_status"] = error.message.encode()
        return "decline" if error.fault == "not srs" else run.fail_with("fail", f"SRS: {error.message}")
    except ForcedFailure:
        return "decline"
    except ExpansionError as error:
        return run.failed_expansion(select or "", error)
    facts["srs_recipient"] = like(address, recipient)
    facts["srs_status"] = b"OK"
    return None


def _forward(run: Run, settings: SrsSettings, sender: bytes) -> Outcome | None:
    scope, router = run.scope, run.router
    facts = scope.message.facts
    facts["srs_orig_sender"] = sender
    alias, insert = router.text("srs_alias"), router.text("srs_dbinsert")
    text, key = alias, b""
    try:
        domain = run.domain if alias is None else run.expand(alias)
        if insert is not None:
            text = insert
            facts["srs_db_address"] = sender
            key = bytes(run.expand(insert))[:LONGEST_KEY]
            if not key:
                return run.defer("srs_dbinsert gave no key")
    except ExpansionError as error:
        return run.failed_expansion(text or "", error)
    try:
        written = srs_forward(settings, bytes(sender), bytes(domain), scope.world.now(), key)
    except SrsError as error:
        facts["srs_status"] = error.message.encode()
        return run.fail_with("fail", f"SRS: {error.message}")
    run.address.srs_sender = like(written, sender)
    facts["srs_status"] = b"OK"
    return None
