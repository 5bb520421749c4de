"""The options of `verify = sender`, `recipient` and `header_sender` (specification chapter 44.45 to 44.47)."""

from __future__ import annotations

from typing import Any

from exim_lang.acl.check import AclError, Check
from exim_lang.acl.words import read_time
from exim_lang.expand.string_list import split_list
from exim_lang.expand.verification import Callout, Quota
from exim_lang.records import dataclass, replace

_BLANKS = b" \t\n\v\f\r"
_COMMA = ord(",")

# In Exim's order, which counts: an option is taken for the first that it starts with.
_FLAGS: tuple[tuple[bytes, dict[str, Any]], ...] = (
    (b"defer_ok", {"defer_ok": True}),
    (b"no_cache", {"no_cache": True}),
    (b"random", {"random": True}),
    (b"use_sender", {"use_sender": True}),
    (b"use_postmaster", {"use_postmaster": True}),
    (b"postmaster_mailfrom", {}),
    (b"postmaster", {"postmaster": b""}),
    (b"fullpostmaster", {"postmaster": b"", "fullpostmaster": True}),
    (b"mailfrom", {}),
    (b"maxwait", {}),
    (b"connect", {}),
    (b"hold", {"hold": True}),
)


@dataclass(slots=True)
class Options:
    """What stands behind the slashes."""

    defer_ok: bool = False
    no_details: bool = False
    success_on_redirect: bool = False
    callout: Callout | None = None
    quota: Quota | None = None


def read_options(check: Check, parts: list[bytes], *, header_sender: bool = False) -> Options:
    """Reads the options; raises AclError in Exim's words."""
    options = Options()
    shown = check.value.decode("latin-1")
    for part in parts:
        word = part.lower()
        if word == b"defer_ok":
            options.defer_ok = True
        elif word == b"no_details":
            options.no_details = True
        elif word == b"success_on_redirect":
            options.success_on_redirect = True
        elif word == b"callout_defer_ok":
            options.callout = replace(options.callout or Callout(), defer_ok=True)
        elif word == b"check_postmaster":
            options.callout = replace(options.callout or Callout(), postmaster=b"")
        elif word.startswith(b"callout"):
            base = replace(options.callout or Callout(), timeout=30)
            suboptions = _behind_equals(part[7:], "callout", f'in ACL condition "{shown}"')
            options.callout = _read_callout(check, suboptions, base, header_sender)
        elif word.startswith(b"quota"):
            suboptions = _behind_equals(part[5:], "quota", f'in ACL condition "{shown}"')
            options.quota = _read_quota(check, suboptions)
        else:
            name = part.decode("latin-1")
            raise AclError(f'unknown option "{name}" in ACL condition "verify {shown}"')
    callout = options.callout
    if callout is not None and callout.use_sender and callout.use_postmaster:
        raise AclError("only one of use_sender and use_postmaster can be set for a recipient callout")
    return options


def _behind_equals(rest: bytes, name: str, where: str) -> bytes:
    if not rest:
        return b""
    rest = rest.lstrip(_BLANKS)
    if not rest.startswith(b"="):
        raise AclError(f"'=' expected after \"{name}\" {where}")
    return rest[1:].lstrip(_BLANKS)


def _read_callout(check: Check, text: bytes, callout: Callout, header_sender: bool) -> Callout:
    shown = check.value.decode("latin-1")
    for option in split_list(text, _COMMA):
        name, changes = next(
            (row for row in _FLAGS if option.lower().startswith(row[0])), (b"", {})  # what is no name is a time
        )
        value = option
        if name in (b"postmaster_mailfrom", b"mailfrom", b"maxwait", b"connect"):
            value = option[len(name) :].lstrip(_BLANKS)
            if not value.startswith(b"="):
                wrong = name.decode("ascii")
                raise AclError(f"'=' expected after \"{wrong}\" in ACL verify condition \"{shown}\"")
            value = value[1:].lstrip(_BLANKS)
        if name in (b"", b"maxwait", b"connect"):
            seconds = read_time(value)
            if seconds is None:
                raise AclError(f'bad time value in ACL condition "verify {shown}"')
            changes = {{b"": "timeout", b"maxwait": "maxwait", b"connect": "connect"}[name]: seconds}
        elif name == b"postmaster_mailfrom":
            changes = {"postmaster": value}
        elif name == b"mailfrom":
            if not header_sender:
                raise AclError(
                    '"mailfrom" is allowed as a callout option only for verify=header_sender '
                    f'(detected in ACL condition "{shown}")'
                )
            changes = {"mailfrom": value}
        callout = replace(callout, **changes)
    return callout


def _read_quota(check: Check, text: bytes) -> Quota:
    quota = Quota()
    for option in split_list(text, _COMMA):
        if option.startswith((b"cachepos=", b"cacheneg=")):
            seconds = read_time(option[9:])
            if seconds is None:
                shown = check.value.decode("latin-1")
                raise AclError(f'bad time value in ACL condition "verify {shown}"')
            quota = replace(quota, **{"positive" if option.startswith(b"cachepos") else "negative": seconds})
        elif option == b"no_cache":
            quota = Quota(0, 0)
    return quota
