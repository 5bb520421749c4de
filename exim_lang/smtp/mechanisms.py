"""The authentication drivers as servers: plaintext, cram_md5, external and tls (specification chapters 34, 35, 39 and 40)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.expand.string_list import split_list
from exim_lang.lists.options import primary_hostname
from exim_lang.smtp.proof import AuthFailed, Proof, ask, check_condition, decode, expanded, remember, set_values
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver


def plaintext(driver: Driver, scope: Scope, data: bytes) -> Proof:
    """PLAIN, LOGIN and whatever else asks for texts: one answer for each of server_prompts."""
    prompts = split_list(expanded_prompts(driver, scope))
    if data:
        remember(scope, b"" if data == b"=" else decode(data))
    for number, prompt in enumerate(prompts, 1):
        if number > len(scope.connection.auth_values):
            answer = yield from ask(prompt)
            remember(scope, answer)
    check_condition(driver, scope)


def expanded_prompts(driver: Driver, scope: Scope) -> bytes:
    try:
        return expanded(driver, "server_prompts", scope) or b""
    except AuthFailed as failure:
        raise AuthFailed("defer", failure.text) from None


def cram_md5(driver: Driver, scope: Scope, data: bytes) -> Proof:
    """CRAM-MD5: the client signs a challenge with the secret that server_secret gives for the user in `$auth1`."""
    if data:
        raise AuthFailed("unexpected")
    challenge = b"<%d.%d@%s>" % (scope.process.pid, int(scope.world.now()), primary_hostname(scope))
    answer = yield from ask(challenge)
    user, space, digest = answer.partition(b" ")
    if not space or not digest.strip():
        raise AuthFailed("fail")
    set_values(scope, (taint(user),))
    secret = expanded(driver, "server_secret", scope)
    if secret is None:
        raise AuthFailed("fail")
    if hmac.digest(secret, challenge, "md5").hex().encode() != digest.strip().lower():
        raise AuthFailed("fail")
    check_condition(driver, scope)


def external(driver: Driver, scope: Scope, data: bytes) -> Proof:
    """EXTERNAL: the client certificate says who it is; the client may name the identity it wants."""
    if data:
        remember(scope, b"" if data == b"=" else decode(data))
    else:
        answer = yield from ask(b"")
        remember(scope, answer)
    values = scope.connection.auth_values
    for option in ("server_param2", "server_param3"):
        value = expanded(driver, option, scope)
        if value is None:
            break
        values = (*values, value)
    set_values(scope, values)
    check_condition(driver, scope)


MECHANISMS: dict[str, Callable[[Driver, Scope, bytes], Proof]] = {
    "plaintext": plaintext,
    "cram_md5": cram_md5,
    "external": external,
}
"""The drivers that need nothing but the configuration; others ask daemons or libraries."""
