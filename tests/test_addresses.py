"""Addresses: what Exim takes for one, and what it says of the rest."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.expand.addresses import AddressError, Parsed, address_end, parse_address, parse_addresses
from exim_lang.taint import Tainted, is_tainted
from tests.be_cases import CASES

CONF = """\
primary_hostname = mx.example.org
qualify_domain = QUALIFIED
sender_unqualified_hosts = *
smtp_enforce_sync = false
smtp_max_synprot_errors = 100000
smtp_accept_max_nonmail = 100000
smtp_accept_max_per_connection = 0
acl_smtp_helo = accept
acl_smtp_mail = acl_mail
begin acl
acl_mail:
  deny message = [$sender_address]
"""
ADDRESSES = (CASES / "addresses.txt").read_text("latin-1").splitlines()


def said_here(text: str) -> str:
    try:
        parsed = parse_address(text.encode("latin-1"), allow_null=True)
    except AddressError as error:
        return f"501 {text}: {error.message}"
    domain = b"@QUALIFIED" if parsed.address and not parsed.domain else b""
    return f"550 [{(parsed.address + domain).decode('latin-1')}]"


def test_exim_says_the_same(tmp_path: Path) -> None:
    """MAIL FROM: with each of the addresses."""
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what this is compared with"
    conf = tmp_path / "conf"
    conf.write_text(CONF)
    feed = "HELO x\r\n" + "".join(f"MAIL FROM:{text}\r\nRSET\r\n" for text in ADDRESSES) + "QUIT\r\n"
    ran = subprocess.run(
        [exim, "-C", str(conf), "-bh", "192.0.2.1"], input=feed.encode("latin-1"), capture_output=True, check=False, timeout=60
    )
    replies = [line for line in ran.stdout.decode("latin-1").splitlines() if line[:3].isdigit() and line[3:4] == " "]
    said = [line for line in replies[2:] if line != "250 Reset OK"][:-1]
    assert [line.rstrip() for line in said] == [said_here(text).rstrip() for text in ADDRESSES]


def test_options() -> None:
    assert parse_address(b"a@b.", strip_trailing_dot=True).domain == b"b"
    assert parse_address(b"<a@[192.0.2.1]>", allow_domain_literals=True).domain == b"[192.0.2.1]"
    assert parse_address("a@\u00e9.com".encode(), allow_utf8_domains=True).domain == "\u00e9.com".encode()
    with pytest.raises(AddressError, match="domain missing or malformed"):
        parse_address(b"a@\xff", allow_utf8_domains=True)
    with pytest.raises(AddressError, match="missing or malformed local part"):
        parse_address(b"<>")


def test_where_it_stands() -> None:
    text = b"Some Body <user@example.com> (comment)"
    parsed = parse_address(text)
    assert text[parsed.start : parsed.end] == b"user@example.com"
    text = b"(x) a . b @ c (y)"
    parsed = parse_address(text)
    assert (parsed.address, parsed.start) == (b"a.b@c", 4)


def test_taint_is_kept() -> None:
    parsed = parse_address(Tainted(b"a@b"))
    assert is_tainted(parsed.address)
    assert is_tainted(parsed.local_part)
    assert is_tainted(parsed.domain)


def test_too_long() -> None:
    assert parse_address(b"x" * 254 + b"@b").domain == b"b"
    with pytest.raises(AddressError, match=r"address is ridiculously long: x{64}"):
        parse_address(b"x" * 255 + b"@b")


def test_lists() -> None:
    text = b'A <a@b>, group: c@d, "e,f"@g (x, y); , <@r,@s:h@i>, nobody:;, bad@, j@k'
    found = [one.address if isinstance(one, Parsed) else one.message for one in parse_addresses(text)]
    assert found == [b"a@b", b"c@d", b'"e,f"@g', b"h@i", "empty address", "domain missing or malformed", b"j@k"]
    assert address_end(b"a@b\n c@d", newline_ends=True) == 3
    assert address_end(b"a@b (x, y), c") == 10
