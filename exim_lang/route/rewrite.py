"""Rewriting of addresses by the rules of the section `rewrite` (specification chapter 31)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from exim_lang.acl.caches import verified_senders
from exim_lang.errors import ExpansionError, ForcedFailure
from exim_lang.expand import regex
from exim_lang.expand.addresses import AddressError, address_items, parse_address
from exim_lang.expand.headers import REMOVED
from exim_lang.expand.options import option
from exim_lang.expand.state import Address, Header
from exim_lang.lists.match import check_list
from exim_lang.taint import join, like, taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.syntax.config_nodes import RewriteRule

ROUNDS = 10
"""How often a rule with the flag R is tried on its own result."""

_HEADERS = "bcfrst"
_ALL = frozenset(_HEADERS + "FT")
_KIND_FLAGS = {"F": "f", "T": "t", "C": "c", "B": "b", "R": "r", "S": "s"}


def places(rule: RewriteRule) -> frozenset[str]:
    """What a rule is for: `F` and `T` the envelope, small letters the header lines, `S` SMTP time."""
    found = set(rule.flags) & (_ALL | {"S"})
    if "E" in rule.flags:
        found |= {"F", "T"}
    if "h" in rule.flags:
        found |= set(_HEADERS)
    return frozenset(found) or _ALL


def qualify_address(scope: Scope, address: bytes, wanted: str) -> bytes:
    """The address with a domain; `wanted` is qualify_domain or qualify_recipient."""
    if b"@" in address or not address:
        return address
    for name in dict.fromkeys((wanted, "qualify_domain", "primary_hostname")):
        domain = option(scope, name)
        if domain:
            return taint(address + b"@" + domain)
    return taint(address + b"@" + scope.world.host_name)


def rewrite_address(scope: Scope, address: bytes, place: str) -> bytes:
    """The address after qualifying it and applying the rules for `place`: "F" or "T" (a header or redirection: "t")."""
    recipient = place in "Tt"
    address = qualify_address(scope, address, "qualify_recipient" if recipient else "qualify_domain")
    return rewrite_one(scope, address, "T" if place == "t" else place)


def rewrite_one(scope: Scope, address: bytes, place: str) -> bytes:
    """The address after all rules for one place (a letter of `places`)."""
    return rewrite_whole(scope, address, place, scope.config.rewrite)[0]


def rewrite_whole(scope: Scope, address: bytes, place: str, rules: Sequence[RewriteRule]) -> tuple[bytes, bytes | None]:
    """The address after `rules`, and what a rule with the flag `w` puts in the place of all of the item of a header line."""
    whole = None
    for rule in rules:
        if place not in places(rule):
            continue
        for _ in range(ROUNDS if "R" in rule.flags else 1):
            result = _apply(scope, rule, address, place)
            if result is None:
                break
            stop, address, new = result
            if "w" in rule.flags and new is not None:
                whole = new
            if stop:
                return address, whole
    return address, whole


def _apply(scope: Scope, rule: RewriteRule, address: bytes, place: str) -> tuple[bool, bytes, bytes | None] | None:
    """Whether the rules end here, the address, and the expanded replacement; None when the rule does not apply."""
    if b"@" not in address or check_list(scope, "address", address, rule.pattern, single=True, numeric=True) is None:
        return None
    if rule.replacement.string == "*":
        return "q" in rule.flags, address, None
    local_part, _, domain = address.rpartition(b"@")
    saved = scope.address
    scope.address = Address(local_part=like(local_part, address), domain=like(domain, address))
    shown = address.decode("latin-1")
    try:
        new = scope.expand(rule.replacement)
    except ForcedFailure:
        return (True, address, None) if "q" in rule.flags else None
    except ExpansionError as error:
        _log(scope, f"Expansion of {rule.replacement} failed while rewriting: {error.message}")
        return True, address, None
    finally:
        scope.address = saved
    try:
        parsed = parse_address(new, allow_null=place in "FT", allow_domain_literals=True)
    except AddressError as error:
        text = new.decode("latin-1")
        _log(scope, f"Rewrite of {shown} yielded unparseable address: {error.message} in address {text}")
        return True, address, None
    if not parsed.domain and parsed.address:
        _log(scope, f'Rewrite of {shown} yielded unqualified address "{parsed.address.decode("latin-1")}"')
        return True, address, None
    return "q" in rule.flags, taint(parsed.address), new


def _log(scope: Scope, line: str) -> None:
    scope.log += [("main", line), ("panic", line)]


def rewrite_smtp(scope: Scope, data: bytes) -> bytes:
    """What stands behind MAIL FROM: or RCPT TO: after the rules with the flag S, whose patterns are regular expressions."""
    for rule in scope.config.rewrite:
        if "S" not in rule.flags:
            continue
        try:
            pattern = scope.expand(rule.pattern)
        except ForcedFailure:
            continue
        except ExpansionError as error:
            _log(scope, f'failed to expand "{rule.pattern}" while checking for SMTP rewriting: {error.message}')
            continue
        match = regex.compile(pattern, caseless=True).search(data)
        if match is None:
            continue
        saved = scope.numeric
        scope.numeric = match.groups
        try:
            data = scope.expand(rule.replacement)
        except ForcedFailure:
            pass  # the rule is skipped
        except ExpansionError as error:
            _log(scope, f"Expansion of {rule.replacement} failed while rewriting: {error.message}")
            return data
        finally:
            scope.numeric = saved
        if "q" in rule.flags:
            break
    return data


def rewrite_message(scope: Scope) -> None:
    """Applies the rules to sender, recipients and header lines of the message, in place."""
    message = scope.message
    message.recipients = [rewrite_address(scope, recipient, "T") for recipient in message.recipients]
    if message.sender and bytes(message.sender) not in verified_senders(scope):  # verifying it has applied the rules
        message.sender = rewrite_address(scope, message.sender, "F")
    if message.headers is None:
        return
    for number, header in enumerate(message.headers):
        flag = _KIND_FLAGS.get(header.kind)
        if flag is None or header.kind == REMOVED:
            continue
        message.headers[number] = Header(rewritten_header(scope, header, flag, scope.config.rewrite), header.kind)


def rewritten_header(scope: Scope, header: Header, place: str, rules: Sequence[RewriteRule]) -> bytes:
    """A header line with its addresses rewritten by `rules`; what cannot be read as an address stays."""
    name, _, value = header.text.partition(b":")
    changed = False
    items = []
    for item in address_items(value.rstrip(b"\n")):
        try:
            parsed = parse_address(item, allow_group=True, in_group=True, allow_domain_literals=True)
        except AddressError as error:
            if item.strip() and error.message != "empty address":  # as that of an empty group is
                scope.log.append(("main", f"rewrite: {error.message}"))
            items.append(item)
            continue
        new, whole = rewrite_whole(scope, parsed.address, place, rules) if parsed.domain else (parsed.address, None)
        if whole is not None:
            changed = True
            items.append(like(item[: len(item) - len(item.lstrip())] + whole, item))
        elif new != parsed.address:
            changed = True
            plain = item.startswith(parsed.address, parsed.start)  # what stands behind may be a comment, which stays
            end = parsed.start + len(parsed.address) if plain else parsed.end
            items.append(join([item[: parsed.start], new, item[end:]]))
        else:
            items.append(item)
    if not changed:
        return header.text
    return like(name + b": " + b", ".join(bytes(item).strip() for item in items) + b"\n", header.text)
