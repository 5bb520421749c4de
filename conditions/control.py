"""The modifier `control`, and what it can set (specification chapter 44.22).

What a control changes is recorded: those for the connection in `scope.connection.controls`, those for the message in
`scope.message.controls`, each with the options behind its slash. The SMTP session and later layers act on that.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.phases import in_dialect, spoken
from exim_lang.acl.registry import CONTROLS, control, modifier
from exim_lang.syntax.acl_names import acl_facts

_SUBMISSION = re.compile(rb"(?:/sender_retain|/domain=[^/]*|/name=[^/]*)*")
_CONNECTION = (
    "allow_auth_unadvertised", "debug", "enforce_sync", "no_callout_flush", "no_delay_flush", "no_enforce_sync",
    "no_multiline_responses", "no_pipelining",
)  # fmt: skip
_MESSAGE = (
    "bmi_run", "cutthrough_delivery", "dk_verify", "dkim_disable_verify", "dkim_verify", "dmarc_disable_verify",
    "dmarc_enable_forensic", "dmarc_verify_disable",
    "fakedefer", "fakereject", "no_mbox_unspool", "queue", "suppress_local_fixups", "wellknown",
)  # fmt: skip
_OPPOSITES = {
    "enforce_sync": "no_enforce_sync",
    "no_enforce_sync": "enforce_sync",
    "fakedefer": "fakereject",
    "fakereject": "fakedefer",
}


@modifier("control")
def control_(check: Check) -> None:
    """Finds the control, whether it may be used here, and obeys it."""
    value = check.value
    name = _name_of(check)
    if name is None:
        raise _syntax_error(check)
    fact = acl_facts().get(("control", name))
    if fact is not None and not fact.allowed_in(check.phase, check.scope.config.dialect.version):
        raise AclError(f'cannot use "control={name}" in {spoken(check.phase)} ACL')
    CONTROLS[name](check, value[len(name) :])


def _name_of(check: Check) -> str | None:
    """The control that the argument starts with; None where what follows the name is not what may follow it."""
    text = check.value.decode("latin-1")
    best = ""
    for name in CONTROLS:
        fact = acl_facts().get(("control", name))
        if len(name) > len(best) and text.startswith(name) and in_dialect(fact, check.scope.config.dialect):
            best = name
    if not best:
        return None
    fact = acl_facts().get(("control", best))
    rest = text[len(best) :]
    return best if not rest or ((fact is None or fact.flag) and rest[0] in "/_") else None


def _syntax_error(check: Check) -> AclError:
    return AclError(f'syntax error in "control={check.value.decode("latin-1")}"')


def _record(controls: MutableMapping[str, bytes], name: str, options: bytes) -> None:
    controls.pop(_OPPOSITES.get(name, ""), None)
    controls[name] = options.removeprefix(b"/")


@control(*_CONNECTION)
def for_the_connection(check: Check, options: bytes) -> None:
    """Lasts until the connection ends."""
    _record(check.scope.connection.controls, _named(check, options), options)


@control(*_MESSAGE)
def for_the_message(check: Check, options: bytes) -> None:
    """Lasts until the message has been received."""
    _record(check.scope.message.controls, _named(check, options), options)


def _named(check: Check, options: bytes) -> str:
    return check.value[: len(check.value) - len(options)].decode("latin-1")


@control("freeze")
def freeze(check: Check, options: bytes) -> None:
    """The message will be frozen; `/no_tell` says that nobody is told."""
    if options not in (b"", b"/no_tell"):
        raise _syntax_error(check)
    _record(check.scope.message.controls, "freeze", options)


@control("submission")
def submission(check: Check, options: bytes) -> None:
    """The message is a submission from a local user: `/sender_retain`, `/domain=...` and `/name=...` may follow."""
    if not _SUBMISSION.fullmatch(options):
        raise _syntax_error(check)
    _record(check.scope.message.controls, "submission", options)


@control("dscp")
def dscp(check: Check, options: bytes) -> None:
    """Marks the packets of the connection; needs a value."""
    if not options.startswith(b"/"):
        raise _syntax_error(check)
    _record(check.scope.connection.controls, "dscp", options)


@control("utf8_downconvert")
def utf8_downconvert(check: Check, options: bytes) -> None:
    """International addresses are converted: always (1), never (0), or when the next host wants it (-1)."""
    if options not in (b"", b"/1", b"/0", b"/-1"):
        raise AclError("bad option value for control=utf8_downconvert")
    _record(check.scope.message.controls, "utf8_downconvert", options or b"/1")


@control("caseful_local_part")
def caseful_local_part(check: Check, options: bytes) -> None:
    """`$local_part` has the letters that the client used, for the rest of the ACL."""
    address = check.scope.address
    if address is not None and address.caseful_local_part is not None:
        address.local_part = address.caseful_local_part


@control("caselower_local_part")
def caselower_local_part(check: Check, options: bytes) -> None:
    """`$local_part` is in lower case again."""
    address = check.scope.address
    if address is not None:
        address.local_part = type(address.local_part)(address.local_part.lower())


@control("error")
def error(check: Check, options: bytes) -> None:
    """Is an error, without a word."""
    raise AclError("")
