"""Taking list strings apart and putting them together."""

import shutil
import subprocess

import pytest

from exim_lang.expand.string_list import join_list, separator_change, split_list
from exim_lang.taint import Tainted, is_tainted

CASES: list[tuple[bytes, list[bytes]]] = [
    (b"", []),
    (b"  \t", []),
    (b"a", [b"a"]),
    (b"a:b:c", [b"a", b"b", b"c"]),
    (b" a : b c :", [b"a", b"b c"]),
    (b"a::b:c", [b"a:b", b"c"]),
    (b"::a", [b":a"]),
    (b": :a", [b"", b"", b"a"]),
    (b":a:", [b"", b"a"]),
    (b"a:b: :", [b"a", b"b", b""]),
    (b"a:::b", [b"a:", b"b"]),
    (b"a::::b", [b"a::b"]),
    (b"a:b:::", [b"a", b"b:"]),
    (b"<, a,,b:c, d", [b"a,b:c", b"d"]),
    (b" <; a;;;b ", [b"a;", b"b"]),
    (b"<<a<b<<c", [b"a", b"b<c"]),
    (b"<x a", [b"<x a"]),
    (b"<", []),
    (b"<;", []),
    (b"<\n a \n\n b\n", [b"a", b"", b"b"]),
    (b"<\ta\tb c", [b"a", b"b c"]),
    (b"<\x7fa\x7f\x7fb", [b"a", b"", b"b"]),
    (b"<; ::1 ; 10.0.0.0/8", [b"::1", b"10.0.0.0/8"]),
]


@pytest.mark.parametrize("text, items", CASES)
def test_split(text: bytes, items: list[bytes]) -> None:
    assert list(split_list(text)) == items


def test_exim_splits_alike() -> None:
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what the cases are compared with"
    lines = [b"${map{" + text.replace(b"\n", b"\\n").replace(b"\x7f", b"\\x7f") + b"}{[$item]}}" for text, _ in CASES]
    ran = subprocess.run([exim, "-C", "/dev/null", "-be"], input=b"\n".join(lines), capture_output=True, check=True)
    printed = ran.stdout.split(b"\n> ")
    printed[0] = printed[0].removeprefix(b"> ")
    for (text, items), line in zip(CASES, printed, strict=False):
        change = separator_change(text)
        separator = 0x3A if change is None else change
        assert join_list([b"[" + item + b"]" for item in items], separator) == line, text


@pytest.mark.parametrize(
    "items, text",
    [
        ([], b""),
        ([b"a"], b"a"),
        ([b"a", b"b:c"], b"a:b::c"),
        ([b"", b"b"], b":b"),
        ([b"a", b""], b"a: "),
        ([b"a", b":b"], b"a: ::b"),
        ([b":a", b"b"], b"::a:b"),
    ],
)
def test_join(items: list[bytes], text: bytes) -> None:
    assert join_list(items) == text


def test_fixed_separator_is_not_changed() -> None:
    assert list(split_list(b"<; a:b", 0x3A)) == [b"<; a", b"b"]
    assert list(split_list(b"a b,c", default=0x2C)) == [b"a b", b"c"]


def test_taint() -> None:
    assert all(is_tainted(item) for item in split_list(Tainted(b"a:b")))
    assert list(split_list(Tainted(b"<;a;b:c"))) == [b"<;a;b", b"c"]
    assert list(split_list(Tainted(b"<;a;b:c"), tainted_too=True)) == [b"a", b"b:c"]
    assert is_tainted(join_list([b"a", Tainted(b"b")]))
    assert not is_tainted(join_list([b"a", b"b"]))


