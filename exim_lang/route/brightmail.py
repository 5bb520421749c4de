"""Verdicts of Brightmail AntiSpam, per recipient: preconditions of routers and `$bmi_...` (Exim up to 4.98).

The proprietary server is whoever answers for the kind "bmi" in the world's fixtures: the call is the recipient that the message
came for, the answer null (no verdict) or a mapping with `deliver` ("default", "alternate" or "no"), `location`, `rules`
(numbers of those that fired), `verdict` and `tracker` (base64). Addresses that a recipient leads to inherit its verdict.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Final

from exim_lang.errors import EximLangError
from exim_lang.expand.string_list import split_list
from exim_lang.records import dataclass
from exim_lang.world.fixtures import to_bytes

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.route.address import RoutedAddress
    from exim_lang.route.registry import Run
    from exim_lang.world.fixtures import Json

WAYS: Final = ("default", "alternate", "no")
EXAMPLE: Final = {"deliver": "default"}


@dataclass(frozen=True, slots=True)
class BrightmailVerdict:
    """What is to become of a message for one recipient; the default is what holds where nothing was asked."""

    way: str = "default"
    location: bytes = b""
    rules: tuple[int, ...] = ()
    verdict: bytes = b""
    tracker: bytes = b""


NOTHING: Final = BrightmailVerdict()


def knows_brightmail(router: Driver) -> bool:
    """Whether the Exim of this router has heard of Brightmail."""
    return router.fact("bmi_rule") is not None


def top_level(address: RoutedAddress) -> bytes:
    """The recipient that an address comes from."""
    while address.parent is not None:
        address = address.parent
    return bytes(address.address)


def verdict_for(run: Run) -> BrightmailVerdict:
    """The verdict for the recipient that is being routed.

    There is none while an address is only verified: the server sees the whole message. Raises ClosedWorld for a message that
    was to be passed to the server (`control = bmi_run`) and for which no fixture answers, EximLangError for an answer that is
    none.
    """
    if run.purpose != "deliver":
        return NOTHING
    world, recipient = run.scope.world, top_level(run.address)
    if not world.fixtures.knows("bmi", recipient):
        if "bmi_run" in run.scope.message.controls:
            world.allow("bmi", recipient, dict(EXAMPLE))
        return NOTHING
    return read_verdict(recipient, world.fixtures.get("bmi", recipient))


def read_verdict(recipient: bytes, answer: Json) -> BrightmailVerdict:
    """The verdict that a provider gave; raises EximLangError."""
    if answer is None:
        return NOTHING
    where = f'bmi "{recipient.decode("latin-1")}"'
    if not isinstance(answer, dict) or not answer.keys() <= {"deliver", "location", "rules", "verdict", "tracker"}:
        raise EximLangError(f"{where}: a verdict is null or has deliver, location, rules, verdict and tracker")
    way, rules = answer.get("deliver", "default"), answer.get("rules", [])
    if way not in WAYS:
        raise EximLangError(f"{where}: deliver is one of {', '.join(WAYS)}")
    if not isinstance(rules, list) or not all(isinstance(number, int) for number in rules):
        raise EximLangError(f"{where}: rules are a list of numbers")
    texts = {name: answer.get(name, "") for name in ("location", "verdict", "tracker")}
    for name, text in texts.items():
        if not isinstance(text, str) or (name != "location" and not _is_base64(text)):
            raise EximLangError(f"{where}: {name} is no text{'' if name == 'location' else ' in base64'}")
    location, verdict, tracker = (to_bytes(str(text)) for text in texts.values())
    numbers = tuple(number for number in rules if isinstance(number, int))
    return BrightmailVerdict(str(way), location if way == "alternate" else b"", numbers, verdict, tracker)


def _is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def publish_verdict(run: Run) -> None:
    """Sets `$bmi_...` for the router."""
    found = verdict_for(run)
    run.scope.message.facts.update(
        bmi_deliver=b"0" if found.way == "no" else b"1",
        bmi_alt_location=found.location,
        bmi_base64_verdict=found.verdict,
        bmi_base64_tracker_verdict=found.tracker,
    )


def fits_verdict(run: Run) -> str:
    """Checks the four preconditions; returns the option that does not hold, empty when all do."""
    router = run.router
    rules = router.text("bmi_rule")
    wanted = [option for option, _ in PRECONDITIONS if router.option(option)]
    if rules is None and not wanted:
        return ""
    found = verdict_for(run)
    if rules is not None and not _fired(rules.encode(), found.rules):
        return "bmi_rule"
    return next((option for option, way in PRECONDITIONS if option in wanted and found.way != way), "")


PRECONDITIONS: Final = (("bmi_deliver_default", "default"), ("bmi_deliver_alternate", "alternate"), ("bmi_dont_deliver", "no"))


def _fired(wanted: bytes, rules: tuple[int, ...]) -> bool:
    return any(item.isdigit() and int(item) in rules for item in split_list(wanted))
