"""The condition `mime_regex`: regular expressions on a MIME part (specification section 45.5)."""

from __future__ import annotations

from exim_lang.acl import log
from exim_lang.acl.check import Check
from exim_lang.acl.mime import decode_to_file
from exim_lang.acl.patterns import compile_patterns, search
from exim_lang.acl.registry import condition
from exim_lang.errors import Deferred

_MOST = 32767


@condition("mime_regex")
def mime_regex(check: Check) -> bool:
    """Whether a pattern is found in the first 32K of the decoded part, which is decoded now if it was not before."""
    patterns = compile_patterns(check)
    if not patterns:
        return False
    scope = check.scope
    if not scope.message.facts.get("mime_decoded_filename"):
        decode_to_file(scope, b"")
    path = scope.message.facts.get("mime_decoded_filename")
    if not path:
        log.write(scope, ("main",), "mime_regex acl condition warning - could not decode MIME part to file")
        raise Deferred("")
    try:
        content = scope.world.read_file(path)
    except OSError:
        shown = path.decode("latin-1")
        log.write(scope, ("main",), f"mime_regex acl condition warning - can't open '{shown}' for reading")
        raise Deferred("") from None
    return search(check, patterns, [content[:_MOST].partition(b"\0")[0]])
