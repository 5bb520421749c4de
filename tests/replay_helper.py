"""A small configuration and messages for it, for tests of replays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

CONFIGURATION = r"""primary_hostname = mx.here.example
keep_environment =
host_lookup =
redis_servers = 127.0.0.1/0/
acl_smtp_connect = check_connect
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
begin acl
check_connect:
  drop hosts = 192.0.2.66
  accept
check_rcpt:
  deny local_parts = bad
       message = no $local_part
  accept local_parts = asks
         condition = ${lookup redis{get x}}
  accept domains = here.example : away.example
  deny message = relay not permitted
check_data:
  discard condition = ${if match{$h_subject:}{lose}}
  deny condition = ${if match{$h_subject:}{spam}}
       message = spam
  accept add_header = X-Seen: yes
begin routers
out:
  driver = dnslookup
  domains = !here.example
  transport = smtp
box:
  driver = accept
  local_parts = kim : bob
  transport = local
begin transports
smtp:
  driver = smtp
local:
  driver = appendfile
  file = /var/mail/$local_part_data
"""


def mail(number: int, recipient: str = "kim@here.example", subject: str = "hello", extra: str = "") -> bytes:
    return (
        f"Return-Path: <joe{number}@there.example>\nDelivered-To: {recipient}\n{extra}"
        f"Received: from mail.there.example (mail.there.example [192.0.2.{number % 60}]) by mx; Mon, 1 Jan 2024 00:00:00\n"
        f"From: joe{number}@there.example\nSubject: {subject}\n\nText {number}\n"
    ).encode()


def maildir(place: Path, mails: Sequence[bytes]) -> str:
    for part in ("cur", "new", "tmp"):
        (place / part).mkdir(parents=True)
    for number, content in enumerate(mails):
        (place / ("new" if number % 3 else "cur") / f"{number:05}.mx").write_bytes(content)
    return str(place)
