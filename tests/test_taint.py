"""Tainted values: the table of what joining gives, and what keeps or forgets."""

from __future__ import annotations

import pytest

from exim_lang.taint import Tainted, class_of, is_tainted, join, like, quoted_for, taint, untainted

U, T = b"u", taint(b"t")
M, P = quoted_for("mysql")(b"m"), quoted_for("pgsql")(b"p")


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((U, U), bytes),
        ((U, T), Tainted),
        ((T, U), Tainted),
        ((U, M), quoted_for("mysql")),
        ((M, M), quoted_for("mysql")),
        ((M, P), quoted_for("pgsql")),
        ((M, T), Tainted),
        ((T, M), Tainted),
    ],
)
def test_joining_takes_the_greater(parts: tuple[bytes, ...], kind: type[bytes]) -> None:
    assert class_of(parts) is kind
    assert type(join(parts)) is kind
    assert join(parts, b",") == parts[0] + b"," + parts[1]


def test_the_methods_of_bytes_forget() -> None:
    assert not is_tainted(T.upper())
    assert is_tainted(like(T.upper(), T))
    assert is_tainted(T)
    assert not is_tainted(untainted(T))


def test_a_quoter_has_one_class() -> None:
    assert quoted_for("mysql") is quoted_for("mysql")
    assert quoted_for("mysql").quoter == "mysql"
    assert taint(T) is T
