"""The conditions `spf` and `spf_guess`: who may send for a domain (specification section 58.4).

Up to Exim 4.98 the library is libspf2, whose peculiarities are kept: a domain whose own record cannot be read has the result
`(invalid)`, and lookups that find nothing are not counted. From 4.99 on the answer is that of RFC 7208, unless the feature
`libspf2` is switched on.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from exim_lang.acl.facts import remember
from exim_lang.expand.options import option
from exim_lang.expand.spf_check import SpfCheck, check_spf
from exim_lang.expand.spf_words import DEFAULT_TEMPLATE, comment, received, smtp_comment
from exim_lang.expand.string_list import split_list
from exim_lang.expand.variables.options import primary_hostname
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.acl.check import Check
    from exim_lang.expand.scope import Scope

OTHER_LIBRARY: Final = (4, 99)
"""From this version on libspf2 is not the only library that Exim can have been built with."""

_OLD_WORDS: Final = {"permerror": "err_perm", "temperror": "err_temp"}
_NEW_WORDS_SINCE, _OLD_WORDS_UNTIL = (4, 83), (4, 91)


def spf_is(check: Check, *, guess: bool) -> bool:
    """Makes the check, sets `$spf_...`, and tells whether the result is in the list of the condition."""
    return in_list(check, spf_of_message(check.scope, guess=guess))


def spf_of_message(scope: Scope, *, guess: bool = False) -> str:
    """The result for the sender of the message, in RFC 7208's words, or `invalid`; sets `$spf_...`.

    With `guess`, a domain without a record is judged by the option `spf_guess`. A message that did not come over the network
    is a permanent error, as it is for Exim, and sets nothing.
    """
    connection = scope.connection
    sender, helo = scope.message.sender or b"", connection.helo_name or b""
    if not connection.host_address or not (sender or helo):
        return "permerror"
    outcome = _check(scope, sender, helo, None)
    guessed = guess and outcome.result == "none"
    if guessed:
        outcome = _check(scope, sender, helo, option(scope, "spf_guess").decode("latin-1"))
    _publish(scope, outcome, sender or b"postmaster@" + helo, helo, guessed)
    return "invalid" if _is_invalid(scope, outcome) else outcome.result


def _check(scope: Scope, sender: bytes, helo: bytes, record: str | None) -> SpfCheck:
    address = bytes(scope.connection.host_address)
    if address.startswith(b"127.") or address == b"::1":
        return SpfCheck("pass", "", (sender or helo).rpartition(b"@")[2])
    return check_spf(scope, address, bytes(sender), bytes(helo), record, libspf2=_has_libspf2(scope))


def _has_libspf2(scope: Scope) -> bool:
    dialect = scope.config.dialect
    return dialect.version < OTHER_LIBRARY or dialect.has_feature("libspf2")


def _is_invalid(scope: Scope, outcome: SpfCheck) -> bool:
    return outcome.unreadable and _has_libspf2(scope)


def _publish(scope: Scope, outcome: SpfCheck, sender: bytes, helo: bytes, guessed: bool) -> None:
    """Sets the variables."""
    address = str(ip_address(scope.connection.host_address.decode("latin-1")))
    envelope = sender.decode("latin-1")
    result, words, line, told = "(invalid)", "", "", ""
    if not _is_invalid(scope, outcome):
        result = outcome.result
        host_name = primary_hostname(scope).decode("latin-1")
        local = address.startswith("127.") or address == "::1"
        words = f"{host_name}: localhost is always allowed." if local else comment(host_name, address, outcome)
        line = received(result, words, address, envelope, helo.decode("latin-1"))
        told = smtp_comment(scope, _template(scope), address, envelope, outcome)
    if scope.config.dialect.version < _NEW_WORDS_SINCE:
        result = _OLD_WORDS.get(result, result)
    remember(scope, "spf_result", result.encode())
    remember(scope, "spf_result_guessed", b"yes" if guessed else b"no")
    remember(scope, "spf_header_comment", taint(words.encode("latin-1")))
    remember(scope, "spf_received", taint(line.encode("latin-1")))
    remember(scope, "spf_smtp_comment", taint(told.encode("latin-1")))
    remember(scope, "spf_used_domain", taint(outcome.domain))


def _template(scope: Scope) -> str:
    """What `spf_smtp_comment_template` says, once it is expanded."""
    if scope.config.fact("spf_smtp_comment_template") is None:
        return DEFAULT_TEMPLATE
    text = scope.config.text("spf_smtp_comment_template")
    return scope.expand(text).decode("latin-1") if text is not None else ""


def in_list(check: Check, result: str) -> bool:
    """Whether the result is in the condition's list: the first word that says yes, or that says no to another, decides.

    `err_perm` and `err_temp` are words of Exim before 4.91, `permerror` and `temperror` words since 4.83.
    """
    version = check.scope.config.dialect.version
    if version >= OTHER_LIBRARY:
        return check.scope.match_list(check.scope, "string", result.encode(), check.value) is not None
    words = {result} if version >= _NEW_WORDS_SINCE or result not in _OLD_WORDS else set()
    if version < _OLD_WORDS_UNTIL:
        words.add(_OLD_WORDS.get(result, result))
    for item in split_list(check.value):
        word = item.decode("latin-1")
        if word.startswith("!") != (word.removeprefix("!") in words):
            return True
    return False
