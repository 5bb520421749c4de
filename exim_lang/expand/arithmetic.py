"""The expressions of `${eval:`, with C's priorities and Exim's 64 bit arithmetic (specification section 11.6).

Sums and differences of large numbers are errors, products and shifts wrap around; numbers too large for 64 bits become
the largest one.
"""

from __future__ import annotations

import re
from typing import Final

LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
_HALF: Final = LARGEST // 2
_SPACE: Final = b" \t\n\v\f\r"
_LEVELS: Final = ((b"|",), (b"^",), (b"&",), (b"<<", b">>"), (b"+", b"-"), (b"*", b"/", b"%"))
_SUM: Final = re.compile(rb"(0|[1-9][0-9]{0,17})([+-])(0|[1-9][0-9]{0,17})")
"""What counters do; it needs no reader, and cannot overflow."""
_DECIMAL: Final = re.compile(rb"[0-9]+")
_OCTAL: Final = re.compile(rb"[0-7]+")
_HEXADECIMAL: Final = re.compile(rb"[0-9a-fA-F]*")
_FACTORS: Final = {b"k": 10, b"m": 20, b"g": 30}


class SumError(Exception):
    """What is wrong, and the offset up to which the expression was read."""

    def __init__(self, reason: str, offset: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.offset = offset


def evaluate(expression: bytes, *, decimal: bool = False) -> int:
    """The value of `expression`, an integer of 64 bits; raises SumError.

    With `decimal` leading zeros do not make a number octal, and there are no hexadecimal ones.
    """
    plain = _SUM.fullmatch(expression)
    if plain is not None:
        left, sign, right = plain.groups()
        return int(left) + int(right) if sign == b"+" else int(left) - int(right)
    reader = _Reader(expression, decimal)
    value = reader.level(0)
    if reader.at < len(expression):
        raise SumError("expecting operator", reader.at)
    return value


def wrapped(number: int) -> int:
    """`number` as a 64 bit integer with a sign holds it."""
    low = number & (2**64 - 1)
    return low - 2**64 if low >> 63 else low


class _Reader:
    def __init__(self, text: bytes, decimal: bool) -> None:
        self.text = text
        self.decimal = decimal
        self.at = 0

    def skip(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def level(self, number: int) -> int:
        """An expression of operators of this priority and higher ones, from left to right."""
        if number == len(_LEVELS):
            return self.unary()
        value = self.level(number + 1)
        while True:
            if self.at == len(self.text):
                return value
            sign = next((sign for sign in _LEVELS[number] if self.text.startswith(sign, self.at)), None)
            if sign is None:
                return value
            self.at += len(sign)
            value = self.apply(sign, value, self.level(number + 1))

    def apply(self, sign: bytes, left: int, right: int) -> int:
        match sign:
            case b"|":
                return left | right
            case b"^":
                return left ^ right
            case b"&":
                return left & right
            case b"<<":
                return wrapped(left << (right & 63))
            case b">>":
                return left >> (right & 63)
            case b"+":
                return self.checked(left, right, left + right, "overflow in sum")
            case b"-":
                return self.checked(left, right, left - right, "overflow in difference")
            case b"*":
                return LARGEST if SMALLEST in (left, right) and -1 in (left, right) else wrapped(left * right)
            case _:
                return self.divide(sign, left, right)

    def checked(self, left: int, right: int, result: int, reason: str) -> int:
        # Exim looks at the operands, and more carefully than it means to: the right one does not count for large left ones.
        if left >= _HALF or (left <= -_HALF and right <= -_HALF):
            raise SumError(reason, self.at)
        return wrapped(result)

    def divide(self, sign: bytes, left: int, right: int) -> int:
        if right == 0:
            raise SumError("divide by zero" if sign == b"/" else "modulo by zero", self.at)
        if left == SMALLEST and right == -1:
            return LARGEST
        quotient = abs(left) // abs(right)
        if (left < 0) != (right < 0):
            quotient = -quotient
        return quotient if sign == b"/" else left - quotient * right

    def unary(self) -> int:
        """A number, a parenthesis, or a sign in front of one; white space around it is skipped."""
        self.skip()
        start = self.text[self.at : self.at + 1]
        if start.isdigit():
            value = self.number()
        elif start in (b"~", b"-", b"+") and start:
            self.at += 1
            operand = self.unary()
            value = ~operand if start == b"~" else wrapped(-operand) if start == b"-" else operand
        elif start == b"(":
            self.at += 1
            value = self.level(0)
            if self.text[self.at : self.at + 1] != b")":
                raise SumError("expecting closing parenthesis", self.at)
            self.at += 1
        else:
            raise SumError("expecting number or opening parenthesis", self.at)
        self.skip()
        return value

    def number(self) -> int:
        base, digits = 10, _DECIMAL
        if not self.decimal and self.text[self.at : self.at + 1] == b"0":
            base, digits = 8, _OCTAL
            if self.text[self.at + 1 : self.at + 2] in (b"x", b"X"):
                base, digits = 16, _HEXADECIMAL
                self.at += 2
        found = digits.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        value = min(int((found[0].lstrip(b"0") or b"0")[:64], base), LARGEST)  # 64 digits are beyond 64 bits in any base
        shift = _FACTORS.get(self.text[self.at : self.at + 1].lower())
        if shift is not None:
            self.at += 1
            value = wrapped(value << shift)
        return value
