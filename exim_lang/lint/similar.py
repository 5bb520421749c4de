"""Names that somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def similar(name: str, names: Iterable[str]) -> str:
    """The one of `names` that is most like `name`, empty when none is."""
    return next(iter(difflib.get_close_matches(name.lower(), list(names), 1, 0.75)), "")
