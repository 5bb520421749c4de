"""Decimal digits of any length as integers: Python refuses very long ones."""

from __future__ import annotations

LONGEST = 40  # digits; longer numbers are beyond every integer that Exim has, and their last digits do not matter


def decimal_integer(digits: str | bytes) -> int:
    """The number that decimal digits with a sign at will stand for; one of more than 40 digits is some huge number."""
    text = digits.decode("ascii") if isinstance(digits, bytes) else digits
    text = text.strip()
    sign = text[:1] if text[:1] in ("-", "+") else ""
    return int(sign + (text[len(sign) :].lstrip("0") or "0")[:LONGEST])
