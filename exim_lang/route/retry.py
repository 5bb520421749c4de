"""Retry rules: which one says how long a delivery is tried again (specification chapter 32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.lists.match import check_list
from exim_lang.lists.result import ListDeferred
from exim_lang.model.values import format_time
from exim_lang.records import dataclass
from exim_lang.syntax.times import read_time

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.syntax.config_nodes import RetryParameter, RetryRule

_WORDS = ("lost_connection", "lookup", "tls_required")


@dataclass(frozen=True, slots=True)
class RetryError:
    """An error as retry rules name it; `*` is any.

    `name` is "*", "quota", "refused", "timeout", "mail", "rcpt", "data" or a word of its own; `detail` is "A" or "MX", or the
    two digits of an SMTP code (`x`: any); `connect` a timeout of the connection; `seconds` how long a mailbox was not read.
    """

    name: str = "*"
    detail: str = ""
    connect: bool = False
    seconds: int = 0


def parse_error(text: str) -> RetryError:
    """The error that a rule or a command line names, perhaps cut short; `wrong_retry_error` has nothing against it."""
    first, _, extra = text.lower().partition("_")
    if text == "*":
        return RetryError()
    if first == "quota":
        return RetryError("quota", seconds=read_time(extra) or 0)
    if first in ("mail", "rcpt", "data"):
        return RetryError(first, extra[1:])
    if first in ("refused", "timeout"):
        connect = bool(extra) and extra[0] == "c"
        detail = extra.partition("_")[2] if connect else extra
        return RetryError(first, {"a": "A", "m": "MX"}.get(detail[:1], ""), connect)
    if first == "auth":
        return RetryError("auth_failed")
    return RetryError(next(word for word in _WORDS if word.startswith(text.lower())))


def covers(rule: RetryError, error: RetryError) -> bool:
    """Whether a rule for one error is for another, more exact one."""
    if rule.name == "*":
        return True
    if rule.name != error.name:
        return False
    if rule.name in ("mail", "rcpt", "data"):
        return all(wanted in ("x", actual) for wanted, actual in zip(rule.detail, error.detail, strict=True))
    if rule.name == "quota":
        return rule.seconds <= error.seconds
    return (not rule.connect or error.connect) and rule.detail in ("", error.detail)


def find_rule(scope: Scope, key: bytes, alternate: bytes | None, error: RetryError) -> RetryRule | None:
    """The first rule for an address or a domain, or for the other name that it has; None without one."""
    names = [name if b"@" in name else b"*@" + name for name in (key, alternate) if name is not None]
    for rule in scope.config.retry:
        if not any(_matches(scope, name, rule) for name in names):
            continue
        if not covers(parse_error(rule.error.string), error):
            continue
        senders = rule.senders
        if senders is not None and check_list(scope, "address", scope.message.sender or b"", senders) is None:
            continue
        return rule
    return None


def _matches(scope: Scope, name: bytes, rule: RetryRule) -> bool:
    try:
        return check_list(scope, "address", name, rule.pattern, single=True) is not None
    except ListDeferred:
        return False


def shown(rule: RetryRule) -> str:
    """The rule as `-brt` prints it."""
    error = parse_error(rule.error.string)
    match error.name:
        case "quota":
            word = "quota" + (f"_{format_time(error.seconds)}" if error.seconds else "")
        case "refused" | "timeout":
            word = error.name + ("_connect" if error.connect else "") + (f"_{error.detail}" if error.detail else "")
        case "auth_failed":
            word = "auth_failed"
        case _:
            word = "*"
    parts = "".join(_parameter(parameter) for parameter in rule.parameters)
    return f"{rule.pattern.string}  {word}  {parts}"


def _parameter(parameter: RetryParameter) -> str:
    text = f"{parameter.rule},{format_time(parameter.timeout)},{format_time(parameter.interval)}"
    if parameter.rule == "G":
        whole, rest = divmod(parameter.factor, 1000)
        text += f",{whole}." + (f"{rest:03d}".rstrip("0") or "0")
    return text + "; "
