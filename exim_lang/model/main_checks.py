"""What Exim checks when the main section is read (specification chapter 14).

Values with an expansion in them are left alone: what they come to is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.errors import Problem
from exim_lang.model.config import Config, Setting
from exim_lang.source.text import Span

_FACILITIES = frozenset(
    "auth cron daemon kern lpr mail news syslog user uucp authpriv ftp security "  # noqa: SIM905
    "local0 local1 local2 local3 local4 local5 local6 local7".split()
)
_LARGEST_LOCALHOST_NUMBER = 16
_RATE_LIMIT = re.compile(r"[0-9]+,[0-9.]+[a-z0-9.]*,[0-9.]+,[0-9.]+[wdhms][0-9wdhms.]*")


def check_main(config: Config) -> Iterator[Problem]:
    """What Exim would refuse about the main section as a whole."""
    for name, check in (
        ("syslog_facility", _syslog_facility),
        ("log_selector", _log_selector),
        ("errors_reply_to", _errors_reply_to),
        ("smtp_ratelimit_mail", _rate_limit),
        ("smtp_ratelimit_rcpt", _rate_limit),
        ("openssl_options", _openssl_options),
        ("localhost_number", _localhost_number),
    ):
        setting = config.main.get(name)
        if setting is not None:
            message = check(config, setting.text.string)
            if message:
                yield _problem(setting, message)


def _problem(setting: Setting, message: str) -> Problem:
    return Problem(message, setting.line.text, Span(setting.span.start, len(setting.line.text)))


def _log_selector(config: Config, value: str) -> str:
    at = 0
    while at < len(value):
        if value[at].isspace():
            at += 1
            continue
        if value[at] not in "+-":
            return f'malformed log_selector setting: + or - expected but found "{value[at:]}"'
        match = re.compile("[A-Za-z0-9_]*").match(value, at + 1)
        assert match is not None, "the pattern may match nothing"
        if not config.dialect.knows("log_selector", match.group()):
            return f"unknown log_selector setting: {value[at]}{match.group()}"
        at = match.end()
    return ""


def _syslog_facility(_: Config, value: str) -> str:
    if value and value.lower() not in _FACILITIES:
        return f'failed to interpret syslog_facility "{value}"'
    return ""


def _errors_reply_to(_: Config, value: str) -> str:
    if value and "@" not in value:
        return f"errors_reply_to ({value}) does not contain a domain"
    return ""


def _localhost_number(_: Config, value: str) -> str:
    if not value or "$" in value:
        return ""
    match = re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)
    if match is None:
        return f"localhost_number value is not a number: {value}"
    if int(value) > _LARGEST_LOCALHOST_NUMBER:
        return f"localhost_number is greater than the maximum allowed value ({_LARGEST_LOCALHOST_NUMBER})"
    return ""


def _openssl_options(config: Config, value: str) -> str:
    if not value or "$" in value:
        return ""
    if config.dialect.build.has("gnutls"):
        return "openssl_options is set but we're using GnuTLS"
    return ""


def _rate_limit(_: Config, value: str) -> str:
    if value and "$" not in value and not _RATE_LIMIT.fullmatch(value.replace(" ", "")):
        return f"malformed ratelimit data: {value}"
    return ""
