"""Header lines: splitting, inserting, MIME words, what ACLs add and remove; compared with the installed Exim."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exim_lang.expand.engine import expand
from exim_lang.expand.header_changes import add_header, apply_changes, headers_added, remove_header
from exim_lang.expand.headers import message_header, new_header, split_headers
from exim_lang.expand.rfc2047 import decode
from exim_lang.expand.state import AddedHeader, Message
from exim_lang.taint import Tainted, is_tainted
from tests.be_cases import config_of, scope_of

MESSAGE = rb"""From: a <a@b>
from:   c@d
Subject: =?utf-8?Q?h=C3=A4llo?=
 =?utf-8?B?d8O2cmxk?= x
Subject:
Subject:  two
To: x@y ,
  z@w
CC: =?utf-8?Q?J=C3=B6rg?= <j@x>
Cc: d@e
X-A:
X-A: x
X-A:y::z
X-Space : no
X-Words: =?utf-8?B?w7Y=?=   =?utf-8?B?w6Q=?= =?utf-8?q?x y?= z
X-Long: =?utf-8?Q?aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?=
X-Bad: =?=?utf-8?q?a?= =?utf-8?q?=e4x?= =?nosuch?q?=e4?= =?us-ascii?q?=e4b?=
X-Sets: =?iso-8859-15?q?=a4?= =?utf-8?q?=e2=82=ac5?= =?windows-1252?Q?=80?= =?koi8-r?Q?=c1?=
X-Base: =?utf-8?B?YQ?= =?utf-8?B?YQ==?= =?utf-8?B?Y Q = =?= =?utf-8?B?YWI=Z?=
X-East: =?gb2312?B?xOO6ww==?= =?iso-2022-jp?B?GyRCJDMbKEI=?= =?utf-7?Q?+AOQ-?=
X-Odd: =?utf-8?q?a?b?= =?utf-8??b?= =?utf-8?qq?b?= =?utf-8?Q?=00=0A?= =?UTF-8*en?Q?x?=
Reply-To:
Received: one
Received: two
 three

body
line 2
"""
NAMES = (
    "from", "subject", "to", "cc", "x-a", "x-space", "x-words", "x-long",
    "x-bad", "x-sets", "x-base", "x-east", "x-odd", "reply-to", "received", "nothere",
)
EXPRESSIONS = [
    *(f"<${style}_{name}:>${{if def:h_{name}:{{1}}{{0}}}}" for name in NAMES for style in ("h", "rh", "bh", "lh")),
    "<$header_subject:><$rheader_subject:><$bheader_subject:><$lheader_subject:>",
    "<$h_SUBJECT x><$reply_address>",
    "<$message_body><$message_body_end> $message_body_size $body_linecount",
]
MARK = "@@next@@"


def printed_by_exim(config: str, message: bytes, expressions: list[str], tmp_path: Path) -> list[bytes]:
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what the cases are compared with"
    (tmp_path / "conf").write_text(config)
    (tmp_path / "message").write_bytes(message)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == tmp_path.stat().st_uid and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)  # for the user that Exim runs as
    command = [exim, "-C", str(tmp_path / "conf"), "-bem", str(tmp_path / "message")]
    feed = "".join(f"{expression}{MARK}\n" for expression in expressions).encode()
    ran = subprocess.run(command, input=feed, capture_output=True, check=True, timeout=60)
    return [printed.removeprefix(b"\n").removeprefix(b"> ") for printed in ran.stdout.split(MARK.encode())[:-1]]


@pytest.mark.parametrize("charset", ["UTF-8", "ISO-8859-1"])
def test_exim_inserts_the_same(charset: str, tmp_path: Path) -> None:
    config = f"primary_hostname = host.example.com\nheaders_charset = {charset}\n"
    scope = scope_of(config_of(config))
    scope.message.headers, scope.message.body = split_headers(MESSAGE, local=True)
    scope.message.received = True
    printed = printed_by_exim(config, MESSAGE, EXPRESSIONS, tmp_path)
    for expression, expected in zip(EXPRESSIONS, printed, strict=True):
        assert expand(expression, scope) == expected, expression


def test_word_length_is_an_option(tmp_path: Path) -> None:
    config = "primary_hostname = host.example.com\ncheck_rfc2047_length = false\n"
    scope = scope_of(config_of(config))
    scope.message.headers, _ = split_headers(MESSAGE)
    assert [expand("$h_x-long:", scope)] == printed_by_exim(config, MESSAGE, ["$h_x-long:"], tmp_path) == [b"a" * 83]


@pytest.mark.parametrize(
    "data, raw, body",
    [
        (b"A: b\n\nc\n", [b"A: b\n"], b"c\n"),
        (b"A: b\r\n\r\nc\r\nd\r\n", [b"A: b\n"], b"c\nd\n"),
        (b"A: b\r\nC: d\nE: f\r\n\r\ng\nh\r\n", [b"A: b\n", b"C: d\n E: f\n"], b"g h\n"),
        (b"A: b\n c\n\td\nE: f\n\ng\rh\r\n", [b"A: b\n c\n\td\n", b"E: f\n"], b"g\nh\n"),
        (b"A: b\rC: d\nE: f\n\ng\n", [b"A: b\n C: d\n", b"E: f\n"], b"g\n"),
        (b"A: b\nnot a header\nC: d\n", [b"A: b\n"], b"not a header\nC: d\n"),
        (b" A: b\nC: d\n", [], b" A: b\nC: d\n"),
        (b"\nA: b\n", [], b"A: b\n"),
        (b"A: \0b\n\nc\0\n", [b"A: ?b\n"], b"c\0\n"),
        (b"A : b\nS\xe9: c\n: d\n\n", [b"A : b\n", b"S\xe9: c\n", b": d\n"], b""),
        (b"A: b\n \t\n \nC: d\n \n e\n\n", [b"A: b\n", b"C: d\n \n e\n"], b""),
        (b"A: b", [b"A: b\n"], b""),
        (b"", [], b""),
    ],
)
def test_split(data: bytes, raw: list[bytes], body: bytes) -> None:
    headers, rest = split_headers(data)
    assert [header.text for header in headers] == raw
    assert rest == body


def test_split_keeps_taint_and_tells_kinds() -> None:
    headers, body = split_headers(Tainted(b"From: a\nTo: b\nReceived: c\nX: d\nMessage-ID: e\n\nf"))
    assert "".join(header.kind for header in headers) == "FTP I"
    assert is_tainted(body)
    assert all(is_tainted(header.text) for header in headers)


@given(st.lists(st.binary(max_size=12).map(lambda text: text.translate(None, b"\r\n\0"))))
def test_split_loses_nothing(lines: list[bytes]) -> None:
    data = b"\n".join([b"A: b", *(b"X: " + line for line in lines), b"", b"body"])
    headers, body = split_headers(data)
    assert body == b"body"
    assert [header.text for header in headers] == [b"A: b\n", *(b"X: " + line + b"\n" for line in lines)]


def test_values_are_tainted_and_bounded() -> None:
    message = Message(headers=[new_header(b"X: " + b"a" * 40000 + b"\n"), new_header(b"X: " + b"b" * 40000 + b"\n")])
    value = message_header(message, b"x", "h", "UTF-8")
    assert value is not None
    assert len(value) == 65536
    assert is_tainted(value)
    assert message_header(Message(), b"x", "h", "UTF-8") is None


def test_unknown_target_charset() -> None:
    assert decode(b"=?iso-8859-1?q?=e4?=", "no-such-charset") == b"\xe4"
    assert decode(b"no words", "UTF-8") == b"no words"
    assert is_tainted(decode(Tainted(b"=?utf-8?q?a?="), None))


def test_added_lines() -> None:
    message = Message()
    add_header(message, b"\nX-A: one\n two\nX-B: three\n\n")
    add_header(message, b"X-A: one\n two")
    add_header(message, b"  no name")
    add_header(message, b":at_start:X-C: four\n:After_Received: X-D: five")
    add_header(message, b"\n")
    assert message.added_headers == [
        AddedHeader(b"X-A: one\n two\n"),
        AddedHeader(b"X-B: three\n"),
        AddedHeader(b"X-ACL-Warn:   no name\n"),
        AddedHeader(b"X-C: four\n", "top"),
        AddedHeader(b"X-D: five\n", "received"),
    ]
    assert headers_added(message) == (
        b"X-A: one\n\n two\nX-B: three\nX-ACL-Warn:   no name\nX-C: four\nX-D: five"
    )
    assert headers_added(Message()) is None


CHANGES = """
  warn remove_header = X-Gone : x-also
       add_header = X-End: 1
       add_header = :at_start:X-Start: 2
       add_header = :after_received:X-Behind: 3
       add_header = :after_received:X-Behind2: 4
       add_header = :at_start_rfc:X-Rfc: 5
       add_header = plain words
"""
CHANGED = b"Received: r1\nReceived: r2\nResent-To: q@r\nX-Gone: a\nX-GONE : b\nX-Kept: c\nX-Also: d\nFrom: a@b\n\nbody\n"


def test_exim_changes_the_same(tmp_path: Path) -> None:
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what the cases are compared with"
    conf = tmp_path / "conf"
    conf.write_text(
        "primary_hostname = host.example.com\nreceived_header_text = Received: own\nacl_smtp_rcpt = a\nacl_smtp_data = b\n"
        f"begin acl\na:\n{CHANGES}  accept\n"
        "b:\n  warn logwrite = HEADERS ${sg{$message_headers_raw}{\\n}{!}} ADDED ${sg{$headers_added}{\\n}{!}}\n  accept\n"
    )
    commands = b"HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + CHANGED.replace(b"\n", b"\r\n") + b".\r\nQUIT\r\n"
    command = [exim, "-C", str(conf), "-bh", "192.0.2.1"]
    ran = subprocess.run(command, input=commands, capture_output=True, check=False, timeout=60)
    logged = re.search(rb"LOG: .*HEADERS (.*) ADDED ", ran.stderr)
    assert logged is not None, ran.stderr
    message = Message()
    for name, value in re.findall(r"(add|remove)_header = (.*)", CHANGES):
        (add_header if name == "add" else remove_header)(message, value.encode())
    message.headers = [new_header(b"Received: own;\n"), *split_headers(CHANGED)[0]]
    apply_changes(message)
    assert not message.added_headers
    assert not message.removed_headers
    raw = b"".join(header.text for header in message.headers if header.kind != "*").replace(b"\n", b"!")
    expected = re.sub(rb"Received: own;.*?!(?=\S)", b"Received: own;!", logged[1])
    assert raw == expected


def test_patterns_remove_whole_lines() -> None:
    message = Message(headers=[new_header(b"X-A: secret\n"), new_header(b"X-B: public\n")])
    remove_header(message, b"^(?i)x-.*secret")
    apply_changes(message)
    assert [header.kind for header in message.headers or []] == ["*", " "]
    assert message_header(message, b"x-a", "h", "UTF-8") is None


@given(st.lists(st.sampled_from([b"A: x", b" y", b"\t", b"", b"B:", b"no header", b"C: \0", b" "]), max_size=8), st.booleans())
def test_lines_that_all_end_with_crlf(lines: list[bytes], ended: bool) -> None:
    """They are split another way than others, to the same header lines and the same body."""
    data = b"\n".join([*lines, b"", b""] if ended else [*lines, b""])
    assert split_headers(data.replace(b"\n", b"\r\n")) == split_headers(data)
