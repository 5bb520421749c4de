"""The envelope, the header and the size of the message (specification section 11.9)."""

from __future__ import annotations

from typing import Final

from exim_lang.expand.header_changes import headers_added
from exim_lang.expand.headers import all_headers, check_rfc2047_length, reply_address
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import join_list
from exim_lang.expand.variable_table import facts, flags, numbers, texts
from exim_lang.taint import join, like

RECIPIENTS_SEEN_IN: Final = frozenset(
    {"PREDATA", "DATA", "MIME", "PRDR", "DKIM", "NOTSMTP", "NOTSMTP_START", "non-SMTP", "non-SMTP-start"}
)
"""Values of `Scope.where` for the ACLs that may read `$recipients`: those of DATA and of local messages."""

texts(
    (
        ("authenticated_sender", "message.authenticated_sender"),
        ("message_exim_id", "message.id"),
        ("message_id", "message.id"),
        ("queue_name", "message.queue_name"),
        ("received_for", "message.received_for"),
        ("return_path", "message.return_path"),
        ("sender_address", "message.sender"),
        ("sender_address_data", "sender_address_data"),
    )
)
numbers(
    (
        ("max_received_linelength", "message.max_received_linelength"),
        ("message_age", "message.age"),
        ("message_linecount", "message.linecount"),
        ("rcpt_count", "message.recipients_total"),
        ("rcpt_defer_count", "message.recipients_deferred"),
        ("rcpt_fail_count", "message.recipients_failed"),
    )
)
flags((("message_smtputf8", "message.smtputf8"), ("prdr_requested", "message.prdr_requested")))
facts(
    (
        "bounce_recipient",
        "local_scan_data",
        "warn_message_delay",
        "warn_message_recipient",
        "warn_message_recipients",
        "warnmsg_delay",
        "warnmsg_recipient",
        "warnmsg_recipients",
    )
)


@variable("sender_address_local_part")
def sender_address_local_part(scope: Scope) -> bytes:
    sender = scope.message.sender or b""
    at = sender.rfind(b"@")
    return sender if at < 0 else like(sender[:at], sender)


@variable("sender_address_domain")
def sender_address_domain(scope: Scope) -> bytes:
    sender = scope.message.sender or b""
    return like(sender[sender.rfind(b"@") + 1 :], sender) if b"@" in sender else b""


def _visible_recipients(scope: Scope) -> list[bytes]:
    """The recipients where they may be known: blind copies must not get into users' filters."""
    allowed = scope.message.recipients_visible or scope.where in RECIPIENTS_SEEN_IN
    return scope.message.recipients if allowed else []


@variable("recipients")
def recipients(scope: Scope) -> bytes:
    return join(_visible_recipients(scope), b", ")


@variable("recipients_list")
def recipients_list(scope: Scope) -> bytes:
    return join_list(_visible_recipients(scope))


@variable("recipients_count")
def recipients_count(scope: Scope) -> bytes:
    return b"%d" % len(scope.message.recipients)


@variable("message_size")
def message_size(scope: Scope) -> bytes:
    """What was received; before that what MAIL said, -1 when it said nothing, 0 before the first command."""
    message = scope.message
    if message.received:
        return b"%d" % message.size
    if message.declared_size is not None:
        return b"%d" % message.declared_size
    return b"-1" if scope.connection.command_history else b"0"


@variable("received_count")
def received_count(scope: Scope) -> bytes:
    message = scope.message
    if message.received_count is not None:
        return b"%d" % message.received_count
    return b"%d" % sum(header.kind == "P" for header in message.headers or ())


@variable("received_time")
def received_time(scope: Scope) -> bytes:
    return b"%d" % int(scope.message.received_time)


@variable("headers_added")
def added(scope: Scope) -> bytes | None:
    return headers_added(scope.message)


@variable("message_headers")
def message_headers(scope: Scope) -> bytes:
    return all_headers(scope.message, raw=False, check_length=check_rfc2047_length(scope))


@variable("message_headers_raw")
def message_headers_raw(scope: Scope) -> bytes:
    return all_headers(scope.message, raw=True)


@variable("reply_address")
def reply(scope: Scope) -> bytes:
    return reply_address(scope.message)


