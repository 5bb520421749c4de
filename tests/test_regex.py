"""Regular expressions: PCRE2 as Exim has it, and the faster path that must not differ from it."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.pcre import Pcre2
from exim_lang.taint import Tainted, is_tainted

WRONG = ("a(b", "[a", r"(?<n", r"(?<=a)(", r"a{99999}", r"(?1)", r"\k<x>", "(?#a", "a\\", r"\g{", "(?:a")


@pytest.mark.parametrize("pattern", WRONG)
def test_exim_says_the_same_of(pattern: str, tmp_path: Path) -> None:
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what this is compared with"
    conf = tmp_path / "conf"
    conf.write_text("")
    ran = subprocess.run(
        [exim, "-C", str(conf), "-be", "${if match{x}{\\N" + pattern + "\\N}}"], capture_output=True, text=True, check=False
    )
    with pytest.raises(ExpansionError) as caught:
        regex.compile(pattern.encode())
    assert ran.stdout == f"Failed: {caught.value.message}\n"


def test_bytes_not_characters() -> None:
    found = regex.compile(rb"^(.)(.)$").search("é".encode())
    assert found is not None
    assert found.groups == ("é".encode(), b"\xc3", b"\xa9")
    assert regex.compile(b"\xc3\x89").search("é".encode()) is None
    assert regex.compile(b"\xc9", caseless=True).search(b"\xe9") is None


def test_what_the_binding_has_of_its_own() -> None:
    assert regex.compile(rb"\x{41}").search(b"A")
    assert regex.compile(rb"^\x4$").search(b"\x04")
    with pytest.raises(ExpansionError, match="PCRE2 does not support"):
        regex.compile(rb"\u0041")


def test_captures() -> None:
    found = regex.compile(rb"(x)?(b)(y)?").search(b"abc")
    assert found == regex.Match((b"b", None, b"b"), 1, 2)
    found = regex.compile(rb"(.)" * 25).search(b"abcdefghijklmnopqrstuvwxyz")
    assert found is not None
    assert len(found.groups) == regex.MOST_CAPTURES + 1


def test_captures_are_tainted_like_the_subject() -> None:
    for pattern in (b"(a)", b"(?i)(A)"):
        found = regex.compile(pattern).search(Tainted(b"a"))
        assert found is not None
        assert all(group is not None and is_tainted(group) for group in found.groups)
        assert regex.compile(Tainted(pattern)).search(b"a") == regex.Match((b"a", b"a"), 0, 1)


def test_giving_up_is_no_match() -> None:
    assert regex.compile(rb"^(a+)+$").search(b"a" * 40 + b"X") is None
    assert regex.compile(rb"(*UTF)a").search(b"a\xff") is None


def test_long_subjects_outgrow_the_stack_of_compiled_code() -> None:
    found = regex.compile(rb"(?:(a)|b|c)*$").search(b"abc" * 100000)
    assert found is not None
    assert found.end == 300000


def test_fast_path_does_not_differ() -> None:
    chance = random.Random(1)
    words = ["a", "b", ".", "(", ")", "|", "*", "+", "?", "^", "$", "[ab]", "[^a]", r"\.", r"\d", r"\w", r"\s", "@", "(?:"]
    tried = 0
    while tried < 1500:
        pattern = "".join(chance.choice(words) for _ in range(chance.randint(1, 7))).encode()
        caseless = chance.random() < 0.3
        try:
            simple = regex.compile(pattern, caseless=caseless)
        except ExpansionError:
            continue
        if type(simple).__name__ != "_Simple":
            continue
        tried += 1
        full = Pcre2(pattern, caseless)
        for _ in range(4):
            subject = "".join(chance.choice("abAB.@1 \n\v") for _ in range(chance.randint(0, 8))).encode()
            assert simple.search(subject) == full.search(subject), (pattern, subject)
