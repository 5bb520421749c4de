"""The separator of mailbox files, `From joe@a.example Mon Jan 01 00:00:00 2020`, at the start (specification chapter 48)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand import regex
from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.engine import expand
from exim_lang.smtp.envelope import address_options, qualify
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def take_from_line(session: Session, raw: bytes, *, sets_sender: bool) -> bytes | None:
    """What follows the first line, if that is one that uucp_from_pattern matches; None for another line.

    With `sets_sender` uucp_from_sender says who the sender is; what is no address changes nothing.
    """
    pattern = session.config.text("uucp_from_pattern")
    end = raw.find(b"\n")
    if pattern is None or end == -1 or not raw.startswith(b"From"):
        return None
    match = regex.compile(pattern.encode()).search(taint(raw[:end].removesuffix(b"\r")))
    if match is None:
        return None
    if sets_sender:
        _set_sender(session, match.groups)
    return raw[end + 1 :]


def _set_sender(session: Session, groups: tuple[bytes | None, ...]) -> None:
    scope = session.scope
    text = session.config.text("uucp_from_sender")
    outer, scope.numeric = scope.numeric, groups
    try:
        sender = groups[1] if text is None else expand(text, scope)
        address = parse_address(sender or b"", allow_null=True, **address_options(session)).address
    except ExpansionError as error:
        session.log("main", "panic", line=f'expansion of "{text}" failed after matching "From " line: {error.message}')
        return
    except AddressError:
        return
    finally:
        scope.numeric = outer
    scope.message.sender = taint(address) if not address or b"@" in address else qualify(session, address, "qualify_domain")
