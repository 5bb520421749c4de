"""`-bv` and `-bvs`: whether addresses verify as recipients or senders (specification section 5.2)."""

from __future__ import annotations

from exim_lang.cli.exim.bt import run

__all__ = ["run"]
