"""Whether a router looks at an address at all: the generic preconditions, in Exim's order (specification section 15.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from exim_lang.errors import Deferred, ExpansionError, ForcedFailure
from exim_lang.expand.string_list import split_list
from exim_lang.lists.match import check_list
from exim_lang.lists.result import ListDeferred
from exim_lang.route.brightmail import fits_verdict, knows_brightmail, publish_verdict
from exim_lang.route.required_files import check_files
from exim_lang.syntax.list_items import Kind
from exim_lang.taint import like, untainted

if TYPE_CHECKING:
    from exim_lang.route.registry import Run

Check = Literal["ok", "skip", "defer"]


def check_affixes(run: Run) -> bool:
    """Takes prefix and suffix off the local part; False where one that must be there is not."""
    address, router = run.address, run.router
    state = address.state
    state.prefix = state.prefix_v = state.suffix = state.suffix_v = None
    caseful = bool(router.option("caseful_local_part"))
    whole = address.caseful if caseful else address.lower
    state.local_part = whole
    state.caseful_local_part = address.caseful
    name = router.name
    prefixes = router.text("local_part_prefix")
    if prefixes is not None:
        found = _prefix(whole, prefixes.encode())
        if found is not None:
            size, variable = found
            state.prefix = like(whole[:size], whole)
            state.prefix_v = like(whole[:variable], whole) if variable else None
            state.local_part = like(whole[size:], whole)
            state.caseful_local_part = like(address.caseful[size:], whole)
            run.detail(f"stripped prefix {state.prefix.decode('latin-1')}")
        elif not router.option("local_part_prefix_optional"):
            run.detail(f"{name} router skipped: prefix mismatch")
            return False
    suffixes = router.text("local_part_suffix")
    if suffixes is not None:
        left = state.local_part
        found = _suffix(left, suffixes.encode())
        if found is not None:
            size, variable = found
            state.suffix = like(left[len(left) - size :], left)
            state.suffix_v = like(left[len(left) - variable :], left) if variable else None
            state.local_part = like(left[: len(left) - size], left)
            state.caseful_local_part = like(state.caseful_local_part[: len(left) - size], left)
            run.detail(f"stripped suffix {state.suffix.decode('latin-1')}")
        elif not router.option("local_part_suffix_optional"):
            run.detail(f"{name} router skipped: suffix mismatch")
            return False
    return True


def _prefix(local_part: bytes, items: bytes) -> tuple[int, int] | None:
    """The length of the first prefix that fits, and of what its asterisk stands for."""
    lower = local_part.lower()
    for item in split_list(items):
        wanted = item.lower()
        if wanted.startswith(b"*"):
            # the longest that the asterisk may stand for
            at = lower.rfind(wanted[1:])
            if at != -1:
                return at + len(wanted) - 1, at
        elif lower.startswith(wanted):
            return len(wanted), 0
    return None


def _suffix(local_part: bytes, items: bytes) -> tuple[int, int] | None:
    lower = local_part.lower()
    for item in split_list(items):
        wanted = item.lower()
        if wanted.endswith(b"*"):
            at = lower.find(wanted[:-1])
            if at != -1:
                size = len(lower) - at
                return size, size - len(wanted) + 1
        elif lower.endswith(wanted):
            return len(wanted), 0
    return None


def check_preconditions(run: Run) -> Check:
    """Goes through the preconditions; "defer" sets the message of the address."""
    router, address, purpose = run.router, run.address, run.purpose
    state = address.state
    state.home = state.domain_data = state.local_part_data = None
    state.local_user_uid = state.local_user_gid = -1
    run.user = None
    if knows_brightmail(run):
        publish_verdict(run)
    skipped = f"{router.name} router skipped: "
    if purpose in ("deliver", "expn") and router.option("verify_only"):
        run.detail(skipped + "verify_only set")
        return "skip"
    if run.testing and not router.option("address_test"):
        run.detail(skipped + "address_test is unset")
        return "skip"
    if purpose in ("sender", "recipient") and not router.option(f"verify_{purpose}"):
        run.detail(skipped + f"not for verifying a {purpose}")
        return "skip"
    if purpose == "expn" and not router.option("expn"):
        run.detail(skipped + "no_expn set")
        return "skip"
    outcome = _list(run, "domains", "domain", state.domain, True)
    if outcome != "ok":
        return outcome
    caseful = bool(router.option("caseful_local_part"))
    subject = state.caseful_local_part if state.caseful_local_part is not None else state.local_part
    outcome = _list(run, "local_parts", "localpart", subject, not caseful)
    if outcome != "ok":
        return outcome
    outcome = _home(run)
    if outcome != "ok":
        return outcome
    outcome = _list(run, "senders", "address", run.scope.message.sender or b"", True)
    if outcome != "ok":
        return outcome
    text = router.text("debug_print")
    if text is not None and run.scope.debug is not None:
        run.say(run.expand(text).decode("latin-1"))
    files = router.text("require_files")
    if files is not None:
        run.detail("checking require_files")
        checked = check_files(run, files.encode())
        if checked is not True:
            if checked is False:
                run.detail(skipped + "file check")
                return "skip"
            run.defer(checked)
            return "defer"
    outcome = _condition(run)
    if outcome == "ok" and knows_brightmail(run):
        failed = fits_verdict(run)
        if failed:
            run.detail(skipped + f"{failed} is false")
            return "skip"
    return outcome


def _list(run: Run, option: str, kind: Kind, subject: bytes, caseless: bool) -> Check:
    """One of the list options; the value of the match becomes `$domain_data` and its kin."""
    text = run.router.text(option)
    if text is None:
        return "ok"
    run.detail(f"checking {option}")
    try:
        match = check_list(
            run.scope, kind, subject, text, caseless=caseless, cache=None if kind == "address" else run.named
        )
    except ListDeferred:
        run.defer(f"{option} check lookup or other defer")
        return "defer"
    if match is None:
        run.detail(f"{run.router.name} router skipped: {option} mismatch")
        return "skip"
    match kind:
        case "domain":
            run.address.state.domain_data = match.value
        case "localpart":
            run.address.state.local_part_data = match.value
        case _:
            if match.value is not None:
                run.scope.message.facts["sender_data"] = match.value
    return "ok"


def _home(run: Run) -> Check:
    """check_local_user and router_home_directory."""
    router, state = run.router, run.address.state
    if router.option("check_local_user"):
        run.detail("checking for local user")
        user = run.scope.world.passwd(untainted(state.local_part))
        if user is None:
            run.detail(f"{router.name} router skipped: {state.local_part.decode('latin-1')} is not a local user")
            return "skip"
        run.user = user
        state.local_part_data = user.name
        state.home = user.home
        state.local_user_uid, state.local_user_gid = user.uid, user.gid
    text = router.text("router_home_directory")
    if text is not None:
        try:
            state.home = run.expand(text)
        except ForcedFailure:
            pass  # as if it were unset
        except ExpansionError as error:
            run.defer(f'failed to expand "{text}" for router_home_directory: {error.message}')
            return "defer"
    return "ok"


def _condition(run: Run) -> Check:
    router = run.router
    text = router.text("condition")
    if text is None:
        return "ok"
    run.detail(f'checking "condition" "{text.string[:80]}"...')
    try:
        value = run.expand(text)
    except ForcedFailure:
        value = b""
    except Deferred:
        run.defer("condition check lookup defer")
        return "defer"
    except ExpansionError as error:
        run.log(f'failed to expand condition "{text}" for {router.name} router: {error.message}', panic=True)
        value = b""
    if value.lower() in (b"", b"0", b"no", b"false"):
        run.detail(f"{router.name} router skipped: condition failure")
        return "skip"
    return "ok"
