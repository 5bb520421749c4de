"""Main options that are host lists or expanded numbers, as the session asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import Deferred, ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.integers import expanded_integer
from exim_lang.lists.match import check_host

if TYPE_CHECKING:
    from exim_lang.smtp.session import Session


def host_in(session: Session, option: str) -> bool | None:
    """Whether the client matches a host list option; None where that cannot be decided now."""
    try:
        return check_host(session.scope, session.config.text(option), option=option) is not None
    except Deferred:
        return None


def expanded_number(session: Session, option: str, default: int) -> int:
    """The value of an option that is expanded and then read as a number with K, M or G; raises ExpansionError."""
    text = session.config.text(option)
    if text is None:
        value = session.option(option)
        return value if isinstance(value, int) else default
    value = expand(text, session.scope)
    return expanded_integer(value, non_negative=True) if value else 0


def message_limit(session: Session) -> int:
    """smtp_accept_max_per_connection: how many MAIL commands are taken; 0 is no limit."""
    try:
        return expanded_number(session, "smtp_accept_max_per_connection", 1000)
    except ExpansionError as error:
        session.log("main", "panic", line=f"failed to expand smtp_accept_max_per_connection: {error.message}")
        return 0
