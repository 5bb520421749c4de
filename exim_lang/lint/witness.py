"""Scenarios that show that a finding is true, checked by running them."""

from __future__ import annotations

from exim_lang.model.config import Config


def relay_witness(config: Config) -> str:
    """A session of a stranger that the configuration lets relay, as a scenario file; empty when it cannot be shown."""
    return ""
