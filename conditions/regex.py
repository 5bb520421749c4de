"""The condition `regex`: patterns in the lines of the message or of a MIME part (specification section 45.5)."""

from __future__ import annotations

from exim_lang.acl.check import Check
from exim_lang.acl.mbox import current_part, mbox_of
from exim_lang.acl.mime_decode import lines_to
from exim_lang.acl.patterns import compile_patterns, search
from exim_lang.acl.registry import condition

_LONGEST_LINE = 32766


@condition("regex")
def regex(check: Check) -> bool:
    """Whether a line of the message, header lines included, matches one of the patterns; in the MIME ACL, of the raw part.

    Sets `$regex_match_string` to the pattern and `$regex1`, `$regex2`, ... to its captures.
    """
    patterns = compile_patterns(check)
    if not patterns:
        return False
    part = current_part(check.scope)
    if part is None:
        lines = lines_to(mbox_of(check.scope).data, 0, None, _LONGEST_LINE)
    else:
        lines = lines_to(part.data, part.start, part.boundary, _LONGEST_LINE)
    return search(check, patterns, lines)
