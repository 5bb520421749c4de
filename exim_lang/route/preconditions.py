"""Whether a router looks at an address at all: the generic preconditions, in Exim's order (specification section 15.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Literal

from exim_lang.errors import Deferred, ExpansionError, ForcedFailure
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list
from exim_lang.lists.result import Cache, ListDeferred
from exim_lang.records import dataclass
from exim_lang.route.brightmail import fits_verdict, knows_brightmail, publish_verdict
from exim_lang.route.required_files import check_files
from exim_lang.syntax.list_items import Kind
from exim_lang.taint import like, untainted

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.route.address import Purpose
    from exim_lang.route.registry import Run
    from exim_lang.source.text import Text

Check = Literal["ok", "skip", "defer"]
Precondition = Callable[["Run"], Check]


@dataclass(frozen=True, slots=True)
class Affixes:
    """What a router takes off the local part; the items are in lower case, None where the option is not set."""

    caseful: bool
    prefixes: tuple[bytes, ...] | None
    suffixes: tuple[bytes, ...] | None
    prefix_optional: bool
    suffix_optional: bool


def affixes_of(router: Driver) -> Affixes:
    """What the options `local_part_prefix`, `local_part_suffix` and their kin say."""
    return Affixes(
        bool(router.option("caseful_local_part")),
        _items(router.text("local_part_prefix")),
        _items(router.text("local_part_suffix")),
        bool(router.option("local_part_prefix_optional")),
        bool(router.option("local_part_suffix_optional")),
    )


def _items(text: Text | None) -> tuple[bytes, ...] | None:
    return None if text is None else tuple(item.lower() for item in split_list(text.encode()))


def check_affixes(run: Run, affixes: Affixes) -> Check:
    """Takes prefix and suffix off the local part."""
    address = run.address
    state = address.state
    state.prefix = state.prefix_v = state.suffix = state.suffix_v = None
    whole = address.caseful if affixes.caseful else address.lower
    state.local_part = whole
    state.caseful_local_part = address.caseful
    if affixes.prefixes is not None:
        found = _prefix(whole, affixes.prefixes)
        if found is not None:
            size, variable = found
            state.prefix = like(whole[:size], whole)
            state.prefix_v = like(whole[:variable], whole) if variable else None
            state.local_part = like(whole[size:], whole)
            state.caseful_local_part = like(address.caseful[size:], whole)
        elif not affixes.prefix_optional:
            return run.skip("prefix mismatch")
    if affixes.suffixes is not None:
        left = state.local_part
        found = _suffix(left, affixes.suffixes)
        if found is not None:
            size, variable = found
            state.suffix = like(left[len(left) - size :], left)
            state.suffix_v = like(left[len(left) - variable :], left) if variable else None
            state.local_part = like(left[: len(left) - size], left)
            state.caseful_local_part = like(state.caseful_local_part[: len(left) - size], left)
        elif not affixes.suffix_optional:
            return run.skip("suffix mismatch")
    return "ok"


def _prefix(local_part: bytes, items: tuple[bytes, ...]) -> tuple[int, int] | None:
    """The length of the first prefix that fits, and of what its asterisk stands for."""
    lower = local_part.lower()
    for wanted in items:
        if wanted.startswith(b"*"):
            # the longest that the asterisk may stand for
            at = lower.rfind(wanted[1:])
            if at != -1:
                return at + len(wanted) - 1, at
        elif lower.startswith(wanted):
            return len(wanted), 0
    return None


def _suffix(local_part: bytes, items: tuple[bytes, ...]) -> tuple[int, int] | None:
    lower = local_part.lower()
    for wanted in items:
        if wanted.endswith(b"*"):
            at = lower.find(wanted[:-1])
            if at != -1:
                size = len(lower) - at
                return size, size - len(wanted) + 1
        elif lower.endswith(wanted):
            return len(wanted), 0
    return None


def preconditions_of(router: Driver, purpose: Purpose, testing: bool) -> Iterator[Precondition]:
    """What a router checks before it looks at an address, in Exim's order; what can never hold ends it."""
    brightmail = knows_brightmail(router)
    if brightmail:
        yield _publish_verdict
    never = _never(router, purpose, testing)
    if never:
        yield partial(_skip, why=never)
        return
    caseless = not router.option("caseful_local_part")
    lists: tuple[tuple[str, Kind, bool], ...] = (("domains", "domain", True), ("local_parts", "localpart", caseless))
    for option, kind, lowered in lists:
        text = router.text(option)
        if text is not None:
            yield partial(_list, option=option, kind=kind, text=text, caseless=lowered)
    if router.option("check_local_user"):
        yield _local_user
    text = router.text("router_home_directory")
    if text is not None:
        yield partial(_home, text=text)
    text = router.text("senders")
    if text is not None:
        yield partial(_list, option="senders", kind="address", text=text, caseless=True)
    text = router.text("debug_print")
    if text is not None:
        yield partial(_print, text=text)
    text = router.text("require_files")
    if text is not None:
        yield partial(_files, items=text.encode())
    text = router.text("condition")
    if text is not None:
        yield partial(_condition, text=text)
    if brightmail:
        yield _verdict


def _never(router: Driver, purpose: Purpose, testing: bool) -> str:
    """Why a router never looks at addresses that are routed for this purpose; empty when it does."""
    if purpose in ("deliver", "expn") and router.option("verify_only"):
        return "verify_only set"
    if testing and not router.option("address_test"):
        return "address_test is unset"
    if purpose in ("sender", "recipient") and not router.option(f"verify_{purpose}"):
        return f"not for verifying a {purpose}"
    if purpose == "expn" and not router.option("expn"):
        return "no_expn set"
    return ""


def _skip(run: Run, why: str) -> Check:
    return run.skip(why)


def check_preconditions(run: Run, preconditions: tuple[Precondition, ...]) -> Check:
    """Goes through the preconditions; "defer" sets the message of the address."""
    state = run.address.state
    state.home = state.domain_data = state.local_part_data = None
    state.local_user_uid = state.local_user_gid = -1
    run.user = None
    for precondition in preconditions:
        outcome = precondition(run)
        if outcome != "ok":
            return outcome
    return "ok"


def _list(run: Run, option: str, kind: Kind, text: Text, caseless: bool) -> Check:
    """One of the list options; the value of the match becomes `$domain_data` and its kin."""
    state = run.address.state
    named: Cache | None = run.named
    match kind:
        case "domain":
            subject = state.domain
        case "localpart":
            subject = state.local_part if state.caseful_local_part is None else state.caseful_local_part
        case _:
            subject, named = run.scope.message.sender or b"", None
    try:
        match = check_list(run.scope, kind, subject, text, caseless=caseless, cache=named)
    except ListDeferred:
        run.defer(f"{option} check lookup or other defer")
        return "defer"
    if match is None:
        return run.skip(f"{option} mismatch")
    match kind:
        case "domain":
            state.domain_data = match.value
        case "localpart":
            state.local_part_data = match.value
        case _:
            if match.value is not None:
                run.scope.message.facts["sender_data"] = match.value
    return "ok"


def _local_user(run: Run) -> Check:
    """check_local_user: the home directory is that of the user."""
    state = run.address.state
    user = run.user = run.scope.world.passwd(untainted(state.local_part))
    if user is None:
        return run.skip(f"{state.local_part.decode('latin-1')} is not a local user")
    state.local_part_data = user.name
    state.home = user.home
    state.local_user_uid, state.local_user_gid = user.uid, user.gid
    return "ok"


def _home(run: Run, text: Text) -> Check:
    """router_home_directory; a forced failure is as if it were unset."""
    try:
        run.address.state.home = run.expand(text)
    except ForcedFailure:
        return "ok"
    except ExpansionError as error:
        run.defer(f'failed to expand "{text}" for router_home_directory: {error.message}')
        return "defer"
    return "ok"


def _print(run: Run, text: Text) -> Check:
    """debug_print, if somebody listens."""
    if run.scope.debug is not None:
        run.say(run.expand(text).decode("latin-1"))
    return "ok"


def _files(run: Run, items: bytes) -> Check:
    checked = check_files(run, items)
    if checked is True:
        return "ok"
    if checked is False:
        return run.skip("file check")
    run.defer(checked)
    return "defer"


def _publish_verdict(run: Run) -> Check:
    publish_verdict(run)
    return "ok"


def _verdict(run: Run) -> Check:
    failed = fits_verdict(run)
    return run.skip(f"{failed} is false") if failed else "ok"


def _condition(run: Run, text: Text) -> Check:
    try:
        value = run.expand(text)
    except ForcedFailure:
        value = b""
    except Deferred:
        run.defer("condition check lookup defer")
        return "defer"
    except ExpansionError as error:
        run.log(f'failed to expand condition "{text}" for {run.router.name} router: {error.message}', panic=True)
        value = b""
    if value.lower() in (b"", b"0", b"no", b"false"):
        return run.skip("condition failure")
    return "ok"
