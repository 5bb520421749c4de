"""The unit `submit` of a scenario: a message on the standard input, as a local program hands it to Exim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.scenario.client import Outcome, sent
from exim_lang.smtp.events import Decision, Taken
from exim_lang.smtp.local import Submission, submit
from exim_lang.smtp.session import Session
from exim_lang.taint import taint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exim_lang.expand.scope import Scope

CALLER = b"root"


def submitted(scope: Scope, recipients: Sequence[str], sender: str | None, content: bytes) -> Outcome:
    """What comes of a message; without recipients they are those of its header (`-t`), without a sender it is root's.

    The text of the outcome is what Exim tells its caller.
    """
    session = Session(scope)
    connection, message = scope.connection, scope.message
    connection.ident = CALLER
    if sender is None:
        connection.authenticated_id = CALLER
        message.sender = CALLER + b"@" + scope.expand("$qualify_domain")
    else:
        message.sender = taint(sent(sender))
    words = Submission([sent(one) for one in recipients], not recipients, dots=False, sender_given=sender is not None)
    ending = submit(session, words, content)
    decisions = [event for event in session.events if isinstance(event, Decision)]
    taken = next((event for event in session.events if isinstance(event, Taken)), None)
    last = decisions[-1] if decisions else None
    verdict = "accept" if taken is not None else "deny"
    if last is not None and last.acl is not None and (last.acl.verdict == "discard" or not last.accepted):
        verdict = last.acl.verdict
    outcome = Outcome(f"submit to {', '.join(recipients) or 'those in the header'}", verdict)
    outcome.text = ending.told
    if last is not None:
        outcome.acl, outcome.phase = last.acl, last.phase
    else:
        outcome.reason = ending.told
    outcome.taken = taken
    outcome.headers = list(taken.headers) if taken is not None else list(message.headers or [])
    return outcome
