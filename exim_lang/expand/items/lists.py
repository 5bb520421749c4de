"""`${listquote{:}{...}}` and `${listextract{2}{...}}` (specification section 11.5)."""

from __future__ import annotations

from exim_lang.expand.digits import decimal_integer
from exim_lang.expand.limits import bounded
from exim_lang.expand.registry import item
from exim_lang.expand.string_list import SPACES, quote_item, separator_change, split_list
from exim_lang.expand.substrings import as_int
from exim_lang.taint import like


@item("listquote", 2)
def listquote(separator: bytes, value: bytes) -> bytes:
    """Doubles the separator; an empty string becomes a space, which a list keeps as an item."""
    if not value:
        return like(b" ", value)
    return bounded(quote_item(value, separator[0])) if separator else value


@item("listextract", 2, choice=True)
def listextract(position: bytes, items: bytes) -> bytes | None:
    """The item at a position counted from 1, or from -1 at the end."""
    digits = position.strip(SPACES)  # the compiler has seen to it that these are a number
    number = 0 if digits == b"-" else as_int(decimal_integer(digits))
    found = list(split_list(items))
    if number < 0:
        number += 1 + len(found)
        if number < 0:
            number = 1  # where the end is counted beyond the start Exim takes the first item, but not for one too many
    if not found and number > 1 and (separator := separator_change(items)):
        # Exim asks a list again that has just a separator, which then counts as an item.
        return next(split_list(items, separator), None)
    return found[number - 1] if 0 < number <= len(found) else None
