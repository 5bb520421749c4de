"""Main options that are host lists or expanded numbers, as the session asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import Deferred, ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.expand.integers import expanded_integer
from exim_lang.lists.match import check_host

if TYPE_CHECKING:
    from exim_lang.model.config import Config
    from exim_lang.smtp.session import Session


def host_in(session: Session, option: str) -> bool | None:
    """Whether the client matches a host list option; None where that cannot be decided now."""
    scope = session.scope
    if scope.debug is None:
        known: dict[str, bool | None] = scope.config.memo.setdefault("host lists: the same for all", {})
        same = known[option] if option in known else known.setdefault(option, _same_for_all(scope.config, option))
        if same is not None:
            return same
    try:
        return check_host(scope, scope.config.text(option), option=option) is not None
    except Deferred:
        return None


def _same_for_all(config: Config, option: str) -> bool | None:
    """What a host list option says of every client: False when it is unset, True for `*`; None where it depends."""
    text = config.text(option)
    return False if text is None else True if text.string == "*" else None


def expanded_number(session: Session, option: str, default: int) -> int:
    """The value of an option that is expanded and then read as a number with K, M or G; raises ExpansionError."""
    known: dict[str, int] = session.config.memo.setdefault("numbers: the same for all", {})
    if option in known:
        return known[option]
    text = session.config.text(option)
    if text is None:
        value = session.option(option)
        number = value if isinstance(value, int) else default
    else:
        value = expand(text, session.scope)
        number = expanded_integer(value, non_negative=True) if value else 0
    if text is None or "$" not in text.string:
        known[option] = number
    return number


def message_limit(session: Session) -> int:
    """smtp_accept_max_per_connection: how many MAIL commands are taken; 0 is no limit."""
    try:
        return expanded_number(session, "smtp_accept_max_per_connection", 1000)
    except ExpansionError as error:
        session.log("main", "panic", line=f"failed to expand smtp_accept_max_per_connection: {error.message}")
        return 0
