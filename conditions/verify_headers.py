"""The tests of `verify` that read the header lines (specification chapter 44.26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from exim_lang.acl import log, trace
from exim_lang.acl.caches import verified_senders
from exim_lang.acl.check import AclError, Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import verification
from exim_lang.acl.verdict import Result
from exim_lang.acl.verify_options import read_options
from exim_lang.expand.addresses import AddressError, Parsed, address_items, parse_address
from exim_lang.expand.headers import REMOVED
from exim_lang.expand.scope import Scope
from exim_lang.expand.state import Header
from exim_lang.expand.verification import VerifyRequest
from exim_lang.lists.match import check_host

_OF_ADDRESSES = frozenset({b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc"})
_RECIPIENTS = frozenset({b"to", b"cc", b"resent-to", b"resent-cc"})
_SENDERS = (b"sender", b"reply-to", b"from")
_BLANKS = b" \t\n\v\f\r"
_EMPTY = "empty address"


def _headers(scope: Scope) -> Iterator[Header]:
    return (header for header in scope.message.headers or () if header.kind != REMOVED)


def _addresses(text: bytes) -> Iterator[tuple[bytes, Parsed | AddressError]]:
    """The items of a header line with what each is; groups are allowed."""
    in_group = False
    for item in address_items(text):
        parsed: Parsed | AddressError
        try:
            parsed = parse_address(item, allow_group=True, in_group=in_group)
        except AddressError as error:
            parsed = error
        in_group = parsed.in_group
        yield item, parsed


@verification("header_syntax")
def header_syntax(check: Check, parts: list[bytes]) -> bool:
    """Whether the header lines with addresses in them hold nothing else."""
    scope = check.scope
    unqualified: dict[str, bool] = {}
    for header in _headers(scope):
        if header.name.lower() not in _OF_ADDRESSES:
            continue
        for item, parsed in _addresses(header.value.lstrip(_BLANKS)):
            message = parsed.message if isinstance(parsed, AddressError) else ""
            if isinstance(parsed, Parsed) and not parsed.domain:
                role = "sender" if header.name.lower() in (b"from", b"sender") else "recipient"
                if role not in unqualified:
                    unqualified[role] = _may_be_unqualified(scope, role)
                message = "" if unqualified[role] else "unqualified address not permitted"
            if not message or message == _EMPTY:
                continue
            shown = item.rstrip(_BLANKS)
            verb = "begins" if len(shown) > 1024 else "is"
            name = header.name.decode("latin-1")
            failing = shown[:1024].decode("latin-1")
            line = f'{message}: failing address in "{name}:" header {verb}: {failing}'
            _refuse(check, log.printing(line.encode("latin-1")), only_verify_message=True)
            return False
    return True


def _may_be_unqualified(scope: Scope, role: str) -> bool:
    if not scope.connection.host_address:
        return True
    option = f"{role}_unqualified_hosts"
    return check_host(scope, scope.config.text(option), option=option) is not None


def _refuse(check: Check, message: str, *, only_verify_message: bool = False) -> None:
    """The log message, and the same for the client where `smtp_return_error_details` allows it."""
    check.messages.log = message.encode("latin-1")
    if check.scope.config.option("smtp_return_error_details"):
        check.messages.user = b"Rejected after DATA: " + check.messages.log
    elif only_verify_message:
        remember(check.scope, "acl_verify_message", check.messages.log)


@verification("header_names_ascii")
def header_names_ascii(check: Check, parts: list[bytes]) -> bool:
    """Whether the names of all header lines are of printing ASCII characters."""
    for header in _headers(check.scope):
        name = header.text.partition(b":")[0]
        if any(code < 33 or code > 126 for code in name):
            _refuse(check, f'Invalid character in header "{name.decode("latin-1")}" found')
            return False
    return True


@verification("not_blind")
def not_blind(check: Check, parts: list[bytes]) -> bool:
    """Whether every recipient is named in a To: or Cc: line."""
    caseless = False
    for option in parts[1:]:
        if option.lower() != b"case_insensitive":
            shown = f'"{option.decode("latin-1")}" in ACL condition "verify {check.value.decode("latin-1")}"'
            raise AclError(f"unknown option {shown}")
        caseless = True

    def folded(address: bytes) -> bytes:
        local_part, at, domain = bytes(address).rpartition(b"@")
        return (local_part.lower() if caseless else local_part) + at + domain.lower()

    named = {
        folded(parsed.address)
        for header in _headers(check.scope)
        if header.name.lower() in _RECIPIENTS
        for _, parsed in _addresses(header.value)
        if isinstance(parsed, Parsed)
    }
    if all(folded(address) in named for address in check.scope.message.recipients):
        return True
    _refuse(check, "bcc recipient detected")
    return False


@verification("header_sender")
def header_sender(check: Check, parts: list[bytes]) -> Result:
    """Whether one of the addresses in Sender:, Reply-To: and From: is good."""
    scope = check.scope
    options = read_options(check, parts[1:], header_sender=True)
    if options.quota is not None:
        raise AclError("can only verify quota of recipient")
    request = VerifyRequest(
        "header_sender", options.callout, success_on_redirect=options.success_on_redirect, fake_sender=True
    )
    result: Literal["fail", "defer"] = "fail"
    details = scope.config.option("smtp_return_error_details")
    for header in (header for name in _SENDERS for header in _headers(scope) if header.name.lower() == name):
        shown = header.text[: header.text.index(b":") + 1]
        for item, parsed in _addresses(header.value):
            if isinstance(parsed, AddressError):
                if parsed.message == _EMPTY:
                    continue
                where = f"'{shown.decode('latin-1')}' header when scanning for sender"
                text = item.rstrip(_BLANKS).decode("latin-1")
                check.messages.log = f'syntax error in {where}: {parsed.message} in "{text}"'.encode("latin-1")
                return _told(check, "fail")
            text = item.strip(_BLANKS).decode("latin-1")
            trace.say(scope, f"verifying {shown.decode('latin-1')} header address {text}")
            known = None
            if item.strip(_BLANKS) == parsed.address == scope.message.sender:
                known, _ = verified_senders(scope).get(bytes(parsed.address), (None, None))
            if known is not None:
                trace.say(scope, "previously checked as envelope sender")
            answer = known or scope.verify_address(scope, parsed.address, request)
            if answer.status == "ok":
                return "ok"
            check.callout_deferred = answer.callout_deferred
            if details:
                reason = answer.log_message or b""
                check.messages.user = (
                    b'Rejected after DATA: could not verify "' + shown + b'" header address\n'
                    + parsed.address + b": " + reason
                )  # fmt: skip
            if answer.status == "defer":
                if options.defer_ok or (options.callout and options.callout.defer_ok and answer.callout_deferred):
                    return "ok"
                result = "defer"
    if result == "defer":
        check.messages.log = b"all attempts to verify a sender in a header line deferred"
    else:
        check.messages.log = b"there is no valid sender in any header line"
    return _told(check, result)


def _told(check: Check, result: Literal["fail", "defer"]) -> Result:
    messages = check.messages
    if messages.user is None and messages.log and check.scope.config.option("smtp_return_error_details"):
        messages.user = b"Rejected after DATA: " + messages.log
    return result
