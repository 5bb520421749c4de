"""The authentication drivers as servers: plaintext, cram_md5, external, and those that ask others (chapters 34 to 42).

Fixtures stand in for Dovecot, Cyrus SASL, GNU SASL and Heimdal; the kind is the name of the driver, the call the mechanism and
all that the client sent, in base64:

    "dovecot": {"PLAIN AGpvZQBzZWNyZXQ=": "joe", "LOGIN": {"continue": "Username:"}, "LOGIN am9l": null}

The answer is the user, null for a refusal, `{"defer": MESSAGE}`, or the next question to the client (not in base64).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from exim_lang.errors import ClosedWorld, EximLangError
from exim_lang.expand.string_list import split_list
from exim_lang.lists.options import primary_hostname
from exim_lang.smtp.proof import AuthFailed, Proof, ask, check_condition, decode, expanded, remember, set_values
from exim_lang.smtp.spa import spa
from exim_lang.taint import taint
from exim_lang.world.fixtures import stub, to_bytes, to_text

if TYPE_CHECKING:
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Driver
    from exim_lang.smtp.session import Session


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
    import hmac  # OpenSSL takes long to load

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


def answered(driver: Driver, scope: Scope, data: bytes) -> Proof:
    """What a daemon or a library says, as fixtures have it."""
    fixtures = scope.world.fixtures
    text = driver.text("public_name")
    call = (driver.name.encode("latin-1") if text is None else text.encode()).upper()
    call = call + b" " + data if data else call
    while True:
        if not fixtures.knows(driver.driver, call):
            shown = f'{driver.driver} "{to_text(call)}"'
            raise ClosedWorld(
                f"{shown}: nothing here can answer this authenticator: give a fixture",
                call=shown,
                stub=stub(driver.driver, call, "user"),
            )
        match fixtures.get(driver.driver, call):
            case str(user):
                set_values(scope, (taint(to_bytes(user)),))
                check_condition(driver, scope)
                return
            case None:
                raise AuthFailed("fail")
            case {"defer": str(message)}:
                raise AuthFailed("defer", message)
            case {"continue": str(question)}:
                said = yield to_bytes(question)
                if said == b"*":
                    raise AuthFailed("cancelled")
                call += b" " + said
            case other:
                raise EximLangError(f'fixture "{driver.driver}" "{to_text(call)}": {other!r} is no user, null or question')


def by_certificate(session: Session) -> None:
    """The driver `tls`: a client whose certificate was verified is authenticated when TLS starts, if server_condition holds."""
    scope = session.scope
    connection = scope.connection
    tls = connection.tls_in
    driver = next((driver for driver in session.config.authenticators if driver.driver == "tls"), None)
    if driver is None or not tls.active or tls.peer_certificate is None or not tls.certificate_verified:
        return
    values: list[bytes] = []
    try:
        for option in ("server_param1", "server_param2", "server_param3"):
            value = expanded(driver, option, scope)
            if value is None:
                break
            values.append(value)
        set_values(scope, tuple(values))
        check_condition(driver, scope)
        identity = expanded(driver, "server_set_id", scope)
    except AuthFailed:
        connection.authentication_failed = True
        return
    finally:
        set_values(scope, ())
        scope.numeric = ()
    connection.authenticated_by = driver.name.encode("latin-1")
    connection.authenticated_id = taint(identity or b"")
    connection.authentication_failed = False


MECHANISMS: dict[str, Callable[[Driver, Scope, bytes], Proof]] = {
    "plaintext": plaintext,
    "cram_md5": cram_md5,
    "external": external,
    "dovecot": answered,
    "cyrus_sasl": answered,
    "gsasl": answered,
    "heimdal_gssapi": answered,
    "spa": spa,
}
"""The drivers that an AUTH command can use."""
