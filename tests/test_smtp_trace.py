"""The trace and the log lines of `-bh`, against those of the installed Exim."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = r"""
primary_hostname = mail.example
host_lookup = !*
acl_smtp_connect = accept
acl_smtp_mail = check_mail
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_mail:
  warn set acl_c_seen = $sender_address
  accept
check_rcpt:
  deny local_parts = bad : worse
       message = no $local_part
       log_message = logged
  accept domains = here.example : \N^x\d\N.example
         condition = ${if eq{$acl_c_seen}{a@b.example}}
         add_header = X-Rcpt: $local_part
  deny !hosts = 192.0.2.0/24 : 198.51.100.1
  deny acl = inner $local_part
check_data:
  warn remove_header = X-Secret
       logwrite = $message_size\tbytes
  accept
inner:
  accept condition = ${if eq{$acl_arg1}{joe}}
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{secret}}
  server_set_id = $auth2
"""
SAID = (
    "EHLO client|VRFY x@y.example|AUTH PLAIN AGEAc2VjcmV0|MAIL FROM:<a@b.example>|RCPT TO:<bad@here.example>|"
    "RCPT TO:<c@here.example>|RCPT TO:<joe@there.example>|RCPT TO:<ann@there.example>|DATA|Subject: x||body|.|"
    "MAIL FROM:<@|MAIL FROM:<x>|QUIT|"
)


def said_on_stderr(command: list[str], path: Path) -> list[str]:
    feed = SAID.replace("|", "\n").encode()
    result = subprocess.run([*command, "-C", str(path), "-bh", "192.0.2.1"], input=feed, capture_output=True, check=False)
    text = re.sub(r"\w{6}-\w{6}-\w{2}\b", "<id>", result.stderr.decode())
    return text.splitlines()


def test_trace_and_log(tmp_path: Path) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin:/usr/local/sbin")
    if exim is None:
        pytest.fail("the package exim4-daemon-heavy is not installed")
    path = tmp_path / "exim.conf"
    path.write_text(CONFIGURATION)
    ours = [sys.executable, "-m", "exim_lang", "exim", "--exim-version", "4.96"]
    assert "\n".join(said_on_stderr(ours, path)) == "\n".join(said_on_stderr([exim], path))
