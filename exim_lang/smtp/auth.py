"""AUTH: the client proves who it is (specification chapters 33 and 44)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.expand.engine import expand
from exim_lang.smtp import logline, rejection
from exim_lang.smtp.ehlo import public_name
from exim_lang.smtp.helo import protocol
from exim_lang.smtp.mechanisms import MECHANISMS
from exim_lang.smtp.proof import AuthFailed, Plain, Proof, set_values
from exim_lang.smtp.replies import printed
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.acl.verdict import Verdict
    from exim_lang.model.config import Driver
    from exim_lang.smtp.session import Dialogue, Session

_MECHANISM = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def auth(session: Session, argument: bytes) -> None:
    """AUTH: finds the authenticator, and lets it ask."""
    scope = session.scope
    connection = scope.connection
    connection.authentication_failed = True
    session.uncounted.discard("AUTH")
    anyway = "allow_auth_unadvertised" in connection.controls
    if not session.advertised.auth and not anyway:
        session.protocol_error(b"503", b"AUTH command used when not advertised")
        return
    if connection.authenticated_by:
        session.protocol_error(b"503", b"already authenticated")
        return
    if scope.message.sender is not None:
        session.protocol_error(b"503", b"not permitted in mail transaction")
        return
    verdict = session.run_acl("AUTH", "acl_smtp_auth")
    if verdict is not None and verdict.verdict != "accept":
        rejection.refuse(session, "AUTH", verdict, subject=argument, argument=argument.split(b" ")[0])
        return
    name, _, data = argument.partition(b" ")
    if not _MECHANISM.issuperset(name):
        session.protocol_error(b"501", b"invalid character in authentication mechanism name", kind="syntax")
        return
    for driver in session.config.authenticators:
        if public_name(driver).lower() == name.lower() and (anyway or driver.name in session.advertised.auth):
            mechanism = MECHANISMS.get(driver.driver)
            if mechanism is None:
                session.unsupported(f"the authenticator {driver.name} (driver {driver.driver})")
                return
            set_values(scope, ())
            session.converse(converse(session, driver, mechanism(driver, scope, data.strip()), verdict))
            return
    session.protocol_error(b"504", name + b" authentication mechanism not supported")


def converse(session: Session, driver: Driver, proof: Proof, verdict: Verdict | None) -> Dialogue:
    """Passes questions and answers on, then tells how it went."""
    failure: AuthFailed | None = None
    try:
        question = next(proof)
        while True:
            answer = yield b"334 " + (question if isinstance(question, Plain) else base64.b64encode(question))
            question = proof.send(answer)
    except StopIteration:
        pass
    except AuthFailed as error:
        failure = error
    finish(session, driver, failure, verdict)


def state_identity(session: Session, identity: bytes) -> None:
    """Takes it as a fact that the client has proved to be `identity`, by the first authenticator on offer if there is one."""
    connection = session.scope.connection
    names = [driver.name for driver in session.config.authenticators]
    name = next((one for one in names if one in session.advertised.auth), names[0] if names else "stated")
    connection.authenticated_by = name.encode("latin-1")
    connection.authenticated_id = taint(identity)
    connection.received_protocol = protocol(session)


def finish(session: Session, driver: Driver, failure: AuthFailed | None, verdict: Verdict | None) -> None:
    """Answers, logs and notes the outcome."""
    scope = session.scope
    connection = scope.connection
    identity: bytes | None = None
    text = driver.text("server_set_id")
    if text is not None:
        try:
            identity = taint(printed(expand(text, scope)).encode("latin-1"))
        except ExpansionError as error:
            if failure is None:
                failure = AuthFailed("defer", error.message)
    set_values(scope, ())
    scope.numeric = ()
    if failure is None:
        connection.authenticated_id = identity or b""
        connection.authenticated_by = driver.name.encode("latin-1")
        connection.authentication_failed = False
        connection.authenticated_fail_id = b""
        connection.received_protocol = protocol(session)
        session.say(b"235 Authentication succeeded")
        session.decide("AUTH", driver.name.encode("latin-1"), True, verdict)
        return
    shown = f" (set_id={identity.decode('latin-1')})" if identity else ""
    match failure.outcome:
        case "bad64":
            reply = logged = "501 Invalid base64 data"
        case "cancelled":
            reply = logged = "501 Authentication cancelled"
        case "unexpected":
            reply = logged = "553 Initial data not expected"
        case "defer":
            reply = f"435 Unable to authenticate at present{failure.told}"
            logged = f"435 Unable to authenticate at present{shown}: {failure.text}"
        case _:
            reply = "535 Incorrect authentication data"
            logged = reply + shown
    if failure.outcome in ("fail", "defer") and identity:
        connection.authenticated_fail_id = identity
    session.say(reply.encode("latin-1"))
    who = logline.host_and_ident(scope, flag=False)
    session.log("main", "reject", line=f"{driver.name} authenticator failed for {who}: {logged}")
    session.decide("AUTH", driver.name.encode("latin-1"), False, verdict, reply)
