"""The mechanisms PLAIN and LOGIN, which the driver plaintext serves by its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from exim_lang.model.config import Driver

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use

PASSWORDS: Final = {"LOGIN": "auth2", "PLAIN": "auth3"}
"""Which variable holds the password."""


def mechanism(use: Use) -> str:
    """`PLAIN` or `LOGIN` for a value of a plaintext authenticator with that public name, else an empty string."""
    driver = use.owner
    if not isinstance(driver, Driver) or driver.kind != "authenticator" or driver.driver != "plaintext":
        return ""
    public = driver.settings.get("public_name")
    name = (public.text.string if public is not None else driver.name).strip().upper()
    return name if name in PASSWORDS else ""
