"""The condition `decode`: writes a MIME part to a file (specification chapter 45.4)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.registry import condition
from exim_lang.acl.scanning import by_fixture


@condition("decode")
def decode(check: Check) -> bool:
    """Whether the part could be decoded; sets `$mime_decoded_filename` and `$mime_content_size`. Answered by fixtures."""
    return by_fixture(check)
