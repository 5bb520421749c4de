"""Defaults that another version has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding
from exim_lang.lint.history import crosses

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey


def changed_default(survey: Survey, version: str, driver: str, option: str, message: str) -> Iterator[Finding]:
    """Transports that count on the default of an option, which an upgrade over a version changes."""
    if crosses(survey, version):
        for one in survey.config.transports:
            if one.driver == driver and option not in one.settings:
                yield Finding(message, one.line.text, one.span, f"set {option} if the old way is needed")
