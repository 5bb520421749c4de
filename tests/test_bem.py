"""`-bem FILE`, `-oM...` and `-f`: what they put into variables, here and in the installed Exim."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = "primary_hostname = mx.example\nqualify_domain = q.example\n"
OF_MESSAGE = (
    "received_count", "message_size", "message_body_size", "message_linecount", "body_linecount", "body_zerocount",
    "message_body", "message_body_end", "message_headers", "message_headers_raw", "h_subject:", "rh_subject:", "bh_subject:",
    "h_message-id:", "h_from:", "h_to:", "h_x:", "reply_address", "max_received_linelength", "sender_address", "recipients",
    "recipients_count", "initial_cwd",
)  # fmt: skip
OF_CALLER = (
    "sender_host_address", "sender_host_port", "sender_ident", "received_protocol", "interface_address", "interface_port",
    "received_ip_address", "received_port", "sender_host_authenticated", "authenticated_id", "authenticated_sender",
    "sender_address", "sender_address_domain", "sender_helo_name", "initial_cwd",
)  # fmt: skip
MESSAGES = {
    "plain": b"From: a@b\nTo: c@d\nSubject: hello\n\nbody one\nbody two\n",
    "complete": b"Received: from x by y; z\nReceived: from q\n by r; s\nFrom: a@b\nSubject: =?utf-8?q?h=C3=A9?=\n x\n"
    b"Message-Id: <1@x>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nX: 1\nX: 2\n\nbody\0one\n.\nnever read\n",
    "header only": b"Subject: only\n",
    "no newline": b"Subject: only",
    "empty": b"",
    "no last newline": b"Subject: x\n\nbody",
    "long": b"Subject: x\n\n" + b"abcdefghi\n" * 200,
    "blind copy": b"From: a@b\nBcc: h@i\nTo: x@y, z@w\nReply-To: r@s\n\nb\n",
}
FLAGS = [
    "", "-f s@x.example", "-f <>", "-f s", "-oMa 192.0.2.1.25", "-oMa [192.0.2.1]:25", "-oMa 2001:db8::1",
    "-oMa 2001:db8::1.25", "-oMa [2001:db8::1]:25", "-oMa 192.0.2.1 -oMs host.example -oMt ident",
    "-oMaa plain -oMai ann -oMas ann@x.example",
    "-oMi 192.0.2.9.26", "-oMi [2001:db8::9]:26", "-oMr esmtp", "-oMs h.example", "-oMt joe", "-p smtp:h.example", "-p smtp",
]  # fmt: skip
HERE = (sys.executable, "-m", "exim_lang", "exim", "--exim-version", "4.96")


def printed(command: tuple[str, ...], flags: list[str], names: tuple[str, ...], folder: Path) -> str:
    """What is printed for the variables, without what no two processes have in common."""
    config = folder / "config"
    config.write_text(CONFIG)
    feed = "".join(f"{name} <${name}>\n" for name in names).encode()
    ran = subprocess.run([*command, "-C", str(config), *flags], input=feed, capture_output=True, check=True, cwd=folder)
    text = re.sub(r"\bE?\w{6}-\w{6,11}-\w{2,4}\b", "ID", ran.stdout.decode("latin-1"))
    return re.sub(r"Date: \w+, \d+ \w+ 20(?!24)\d\d [\d:]{8} [-+]\d{4}", "Date: now", text)


def compared(flags: list[str], names: tuple[str, ...], folder: Path) -> None:
    exim = shutil.which("exim4")
    assert exim, "the installed exim4 is what is compared with"
    assert printed(HERE, flags, names, folder) == printed((exim,), flags, names, folder)


@pytest.mark.parametrize("name", MESSAGES)
def test_message(name: str, tmp_path: Path) -> None:
    path = tmp_path / "message"
    path.write_bytes(MESSAGES[name])
    compared(["-bem", str(path)], OF_MESSAGE, tmp_path)


@pytest.mark.parametrize("flags", FLAGS)
def test_caller(flags: str, tmp_path: Path) -> None:
    compared([*flags.split(), "-be"], OF_CALLER, tmp_path)
