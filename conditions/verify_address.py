"""The tests `verify = sender` and `verify = recipient` (specification chapter 44.45)."""

from __future__ import annotations

from exim_lang.acl.caches import verified_senders
from exim_lang.acl.check import AclError, Check
from exim_lang.acl.facts import remember
from exim_lang.acl.registry import verification
from exim_lang.acl.trace import say
from exim_lang.acl.verdict import Result
from exim_lang.acl.verify_options import Options, read_options
from exim_lang.expand.state import FailedVerification
from exim_lang.expand.verification import Verified, VerifyRequest
from exim_lang.taint import join, like

_BLANKS = b" \t\n\v\f\r"


@verification("recipient")
def recipient(check: Check, parts: list[bytes]) -> Result:
    """Whether the recipient of this command is good; what its routing found becomes `$address_data`."""
    options = read_options(check, parts[1:])
    scope = check.scope
    address = scope.address
    if address is None:
        raise AclError("there is no recipient to verify")
    given = address.caseful_local_part
    local_part = address.local_part if given is None else given
    request = VerifyRequest("recipient", options.callout, options.quota, options.success_on_redirect)
    answer = scope.verify_address(scope, join([local_part, b"@", address.domain]), request)
    messages = check.messages
    if options.quota is not None:
        messages.log = answer.log_message
        if answer.status != "ok" and scope.config.option("smtp_return_error_details") and answer.log_message:
            messages.user = messages.user or b"Rejected after RCPT: " + answer.log_message
        remember(scope, "recipient_verify_failure", answer.failure.encode("latin-1") or None)
        return answer.status
    say(scope, "----------- end verify ------------")
    messages.log = answer.log_message
    messages.user = answer.user_message if answer.user_message is not None else answer.log_message
    check.callout_deferred = answer.callout_deferred or answer.pass_message
    address.address_data = answer.address_data
    remember(scope, "recipient_verify_failure", answer.failure.encode("latin-1") or None)
    return _overridden(check, options, answer)


@verification("sender")
def sender(check: Check, parts: list[bytes]) -> Result:
    """Whether the sender, or the address behind the equals sign, is good; the empty sender always is."""
    scope = check.scope
    first = parts[0][len("sender") :].lstrip(_BLANKS)
    own = not first
    address = (scope.message.sender or b"") if own else like(first[1:].lstrip(_BLANKS), parts[0])
    options = read_options(check, parts[1:])
    if options.quota is not None:
        raise AclError("can only verify quota of recipient")
    if options.callout is not None and (options.callout.use_sender or options.callout.use_postmaster):
        raise AclError("use_sender or use_postmaster cannot be used for a sender verify callout")
    checked = verified_senders(scope)
    answer, details = checked.get(bytes(address), (None, None))
    if answer is not None and (options.callout is None or options.callout.timeout <= 0):
        say(scope, "using cached sender verify result")
        if answer.routed:
            answer = Verified("ok", address_data=answer.address_data, routed=True)
    else:
        if not address:
            answer = Verified("ok", routed=True)
        else:
            request = VerifyRequest(
                "sender",
                options.callout,
                success_on_redirect=options.success_on_redirect,
                fake_sender=not own,
            )
            answer = scope.verify_address(scope, address, request)
            say(scope, "----------- end verify ------------")
            remember(scope, "sender_verify_failure", answer.failure.encode("latin-1") or None)
        details = FailedVerification(
            address, answer.status == "defer", answer.log_message, answer.user_message, _kind(answer), options.no_details
        )
        checked[bytes(address)] = (answer, details)
    scope.sender_address_data = answer.address_data
    check.callout_deferred = answer.status == "defer" and answer.callout_deferred
    result = _overridden(check, options, answer)
    if result != "ok":
        _report_sender(check, answer, result)
        scope.message.sender_verify_failed = details
    return result


def _report_sender(check: Check, answer: Verified, result: Result) -> None:
    messages = check.messages
    if result != "defer":
        messages.log = messages.user = b"Sender verify failed"
    elif not answer.callout_deferred:
        messages.log = messages.user = b"Could not complete sender verify"
    else:
        messages.log = b"Could not complete sender verify callout"
        details = check.scope.config.option("smtp_return_error_details")
        messages.user = answer.user_message if details else messages.log


def _overridden(check: Check, options: Options, answer: Verified) -> Result:
    """The status, unless an option makes a temporary error good."""
    if answer.status != "defer":
        return answer.status
    callout_ok = options.callout is not None and options.callout.defer_ok and answer.callout_deferred
    if not options.defer_ok and not callout_ok:
        return "defer"
    which = "defer_ok" if options.defer_ok else "callout_defer_ok"
    say(check.scope, f"verify defer overridden by {which}")
    return "ok"


def _kind(answer: Verified) -> str:
    """What the SMTP session calls the failure of a callout."""
    return {"postmaster": "postmaster", "mail": "callback", "recipient": "callback"}.get(answer.failure, "")
