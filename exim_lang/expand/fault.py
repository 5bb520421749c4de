"""What is wrong with a string, and where."""

from __future__ import annotations

from typing import NamedTuple

from exim_lang.source.text import Span


class Fault(NamedTuple):
    """A message in Exim's words and the characters it is about; `after` is how many strings of the node come before it."""

    message: str
    span: Span
    after: int = 0

    def skipped(self) -> Fault:
        """The fault where the item is only read, or its condition holds: nothing is said of `fail` then."""
        return self._replace(message=self.message.replace(" after forcedfail", "", 1))
