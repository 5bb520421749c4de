"""Routers as the rules see them: which of them take every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use
    from exim_lang.model.config import Driver

CONDITIONS: Final = frozenset(
    {
        "address_test",
        "bmi_rule",
        "check_local_user",
        "condition",
        "dnssec_request_domains",
        "domains",
        "exim_user",
        "expn",
        "ignore_target_hosts",
        "local_part_prefix",
        "local_part_suffix",
        "local_parts",
        "require_files",
        "senders",
        "verify",
        "verify_only",
        "verify_recipient",
        "verify_sender",
        "unseen",
        "more",
    }
)
"""Options with which a router does not take every address, or does not keep it."""


def takes_everything(driver: Driver) -> bool:
    """Whether no address comes past a router: it has no condition, and always gives a result."""
    if driver.settings.keys() & CONDITIONS:
        return False
    match driver.driver:
        case "accept":
            return True
        case "manualroute":
            routes = driver.settings.get("route_list")
            return routes is not None and routes.text.string.split(None, 1)[0:1] == ["*"] and ";" not in routes.text.string
        case "redirect":
            data = driver.settings.get("data")
            return data is not None and bool(data.text.string.strip()) and "$" not in data.text.string
        case _:
            return False


def is_set(driver: Driver, name: str) -> bool:
    """Whether a boolean option of a driver is on, by a setting."""
    setting = driver.settings.get(name)
    return setting is not None and setting.value is True


def is_off(driver: Driver, name: str) -> bool:
    """Whether a boolean option of a driver is off, by a setting."""
    setting = driver.settings.get(name)
    return setting is not None and setting.value is False


def routers(survey: Survey, *drivers: str) -> Iterator[Driver]:
    """The routers that use one of some drivers."""
    return (driver for driver in survey.config.routers if driver.driver in drivers)


def transports(survey: Survey, *drivers: str) -> Iterator[Driver]:
    """The transports that use one of some drivers."""
    return (driver for driver in survey.config.transports if driver.driver in drivers)


def use_in(survey: Survey, driver: Driver, name: str) -> Use | None:
    """The value of an option of a driver that is set."""
    setting = driver.settings.get(name)
    return None if setting is None else survey.use_of(setting)
