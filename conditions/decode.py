"""The condition `decode`: writes a MIME part to a file (specification section 45.4)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.mime import decode_to_file
from exim_lang.acl.registry import condition
from exim_lang.errors import Deferred


@condition("decode")
def decode(check: Check) -> bool:
    """Whether the part was decoded; sets `$mime_decoded_filename`, `$mime_content_size` and what was wrong with the encoding.

    The file is a scratch file of the world. Outside of the spool directory it is also really written, where `write` is allowed.
    """
    done = decode_to_file(check.scope, check.value)
    if done is None:
        raise Deferred("")
    return done
