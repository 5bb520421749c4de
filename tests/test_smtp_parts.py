"""The small parts of the SMTP layer: parameters, ends of messages, replies, addresses of clients, ids, times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exim_lang.smtp.client import address_and_port
from exim_lang.smtp.helo import valid_name
from exim_lang.smtp.ids import base62
from exim_lang.smtp.logline import print_time
from exim_lang.smtp.parameters import decode_xtext, last_parameter, put_back
from exim_lang.smtp.reading import find_end, read
from exim_lang.smtp.replies import format_reply, printed, split_code, split_message


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"<a@b> SIZE=1", (b"<a@b>", b"SIZE", b"1")),
        (b"<a@b> SIZE=1 ", (b"<a@b>", b"SIZE", b"1")),
        (b"<a@b>\tFOO", (b"<a@b>", b"FOO", b"FOO")),
        (b"<a@b> X=Y=Z", None),
        (b"<a@b>", None),
        (b'<"a b"@c>', None),
        (b'<"a b@c>', (b'<"a', b"b@c>", b"b@c>")),
        (b"", None),
        (b"=", None),
    ],
)
def test_last_parameter(data: bytes, expected: tuple[bytes, bytes, bytes] | None) -> None:
    assert last_parameter(data) == expected


@given(st.binary(max_size=30))
def test_parameters_can_be_put_back(data: bytes) -> None:
    found = last_parameter(data)
    if found is not None:
        before, name, value = found
        stripped = data.rstrip(b" \t\n\r\v\f")
        assert len(put_back(before, name, value)) == len(stripped)


def test_xtext() -> None:
    assert decode_xtext(b"joe+40x.example+2B") == b"joe@x.example+"
    assert [decode_xtext(value) for value in (b"+4", b"+zz", b"a=b", b"a b", b"\xff")] == [None] * 5


@pytest.mark.parametrize(
    "wire, expected",
    [
        (b".\r\n", (0, 3)),
        (b".\nNOOP", (0, 2)),
        (b"a\r\n.\r\nb", (3, 6)),
        (b"a\r\n.\n.\r\n", None),
        (b"a\n.\nb", (2, 4)),
        (b"a\n.\r\nb", (2, 5)),
        (b"a\r\nb\n.\r\n", None),
        (b"a\r.\r", None),
        (b"a\r\n..\r\n", None),
        (b"a", None),
        (b".", None),
    ],
)
def test_end_of_message(wire: bytes, expected: tuple[int, int] | None) -> None:
    assert find_end(wire) == expected


@given(st.lists(st.sampled_from([b"a", b".", b"\r", b"\n", b"\r\n", b"X: y\r\n"]), max_size=20).map(b"".join))
def test_end_of_message_in_pieces(wire: bytes) -> None:
    """Searching on from where the search stopped finds what one search finds."""
    searched = 0
    for length in range(len(wire) + 1):
        found = find_end(wire[:length], searched)
        assert found == find_end(wire[:length])
        if found is not None:
            break
        searched = length


def test_leading_dots_are_removed() -> None:
    received = read(b"X: a\r\n\r\n..b\r\n...\r\nc.\r\n", dots=True)
    assert received.body == b".b\n..\nc.\n"
    assert read(b"X: a\r\n\r\n..b\r\n", dots=False).body == b"..b\n"


def test_custom_codes() -> None:
    assert split_code(b"550 5.7.1 no") == (b"550", b"5.7.1 ", b"no")
    assert split_code(b"550 no") == (b"550", b"", b"no")
    assert split_code(b"5501 no") == (b"", b"", b"5501 no")
    assert split_code(b"550") == (b"", b"", b"550")


def test_replies() -> None:
    assert format_reply(b"550", b"a\n  b\n") == b"550-a\r\n550 b\r\n"
    assert format_reply(b"550", b"a\nb", extended=b"5.7.1 ") == b"550-5.7.1 a\r\n550 5.7.1 b\r\n"
    assert format_reply(b"550", b"a", final=False) == b"550-a\r\n"
    assert format_reply(b"550", b"a\nb", one_line=True) == b"550 a\r\n"
    assert format_reply(b"250", b"") == b"250 \r\n"


@given(st.binary(max_size=300))
def test_breaking_lines_loses_nothing(message: bytes) -> None:
    broken = split_message(message)
    assert broken.replace(b"\n", b" ") == message.replace(b"\n", b" ")


def test_printing() -> None:
    assert printed(b"a\tb\n\\\x01\xff") == "a\tb\\n\\\\001\\377"
    assert printed(b"\xe9", top_bit=True) == "\xe9"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("192.0.2.1", (b"192.0.2.1", 0)),
        ("192.0.2.1.25", (b"192.0.2.1", 25)),
        ("[192.0.2.1]:25", (b"192.0.2.1", 25)),
        ("2001:0db8::1", (b"2001:db8::1", 0)),
        ("2001:db8::1.25", (b"2001:db8::1", 25)),
        ("[2001:db8::1]:25", (b"2001:db8::1", 25)),
        ("192.0.2", (b"", 0)),
        ("192.0.2.1.x", (b"", 0)),
        ("192.0.2.1.", (b"", 0)),
        ("host", (b"", 0)),
        ("", (b"", 0)),
    ],
)
def test_client_addresses(text: str, expected: tuple[bytes, int]) -> None:
    assert address_and_port(text, (4, 99)) == expected


def test_old_versions_write_addresses_in_full() -> None:
    assert address_and_port("2001:db8::1", (4, 96)) == (b"2001:0db8:0000:0000:0000:0000:0000:0001", 0)


def test_names_in_helo() -> None:
    good = (b"a", b"a.b-c", b"-", b"[192.0.2.1]", b"[IPv6:::1]", b"[ipv4:192.0.2.1]", b"[::1]")
    bad = (b"", b"a b", b"a_b", b"[", b"[]", b"[x]", b"[IPv6:192.0.2.1]", b"[192.0.2.1", b"\xe9")
    assert [name for name in good if not valid_name(name)] == []
    assert [name for name in bad if valid_name(name)] == []
    assert valid_name(b"a_b", b"_")


def test_ids_and_times() -> None:
    assert base62(61, 2) == b"0z"
    assert base62(62, 2) == b"10"
    assert [print_time(seconds) for seconds in (0, 61, 3600, 694861)] == ["0s", "1m1s", "1h", "1w1d1h1m1s"]
