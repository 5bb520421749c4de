"""Header lines that Exim completes for submissions (specification chapter 48.1, 48.3 to 48.16, "control = submission")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.expand.addresses import AddressError, parse_address
from exim_lang.expand.headers import is_named, new_header
from exim_lang.lists.options import primary_hostname
from exim_lang.records import dataclass
from exim_lang.smtp.envelope import address_options, domain_of
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.expand.state import Header
    from exim_lang.smtp.session import Session


@dataclass(frozen=True, slots=True)
class Submission:
    """The options of `control = submission`; `domain` None is the one of qualify_domain, b"" none at all."""

    domain: bytes | None = None
    name: bytes = b""
    sender_retain: bool = False


def read_options(options: bytes) -> Submission:
    """The options behind the first slash: `domain=...`, `name=...` (which takes the rest), `sender_retain`."""
    domain, name, retain = None, b"", False
    rest = options
    while rest:
        if rest.startswith(b"name="):
            name, rest = rest[5:], b""
            continue
        word, _, rest = rest.partition(b"/")
        if word.startswith(b"domain="):
            domain = word[7:]
        elif word == b"sender_retain":
            retain = True
    return Submission(domain, name, retain)


def complete(session: Session) -> None:
    """Adds Message-Id:, From:, Date: and Sender: where the message is a submission, and makes the sender the submitter."""
    scope = session.scope
    message = scope.message
    local = not scope.connection.host_address and "suppress_local_fixups" not in message.controls
    submitted = "submission" in message.controls
    if not (local or submitted):
        return
    submission = read_options(message.controls.get("submission", b""))
    headers = message.headers
    assert headers is not None
    prefix = b"Resent-" if any(header.text[:7].lower() == b"resent-" for header in headers) else b""
    if find(headers, prefix + b"Message-Id") is None:
        put(headers, prefix, b"Message-Id: <E%s@%s>" % (message.id, primary_hostname(scope)))
        session.transaction.identity_created = True
    identity = scope.connection.authenticated_id if submitted else b""
    submitter = submitter_address(session, submission, identity) if identity else b""
    from_ = add_from(session, submission.name or local_name(session), prefix, submitter)
    if from_ is not None and submitter and not submission.sender_retain:
        set_sender(session, submission, prefix, from_, submitter)
    if find(headers, prefix + b"Date") is None:
        put(headers, prefix, b"Date: " + scope.expand("$tod_full"))


def find(headers: list[Header], name: bytes) -> Header | None:
    """The first header line of that name which was not removed."""
    return next((header for header in headers if header.kind != "*" and is_named(header, name)), None)


def put(headers: list[Header], prefix: bytes, line: bytes) -> Header:
    """Adds a header line: Resent- ones in front, others behind."""
    header = new_header(prefix + line + b"\n")
    if prefix:
        headers.insert(0, header)
    else:
        headers.append(header)
    return header


def submitter_address(session: Session, submission: Submission, identity: bytes) -> bytes:
    """The address of the authenticated client."""
    if submission.domain == b"":
        return identity
    domain = domain_of(session, "qualify_domain") if submission.domain is None else submission.domain
    return identity + b"@" + domain


def local_name(session: Session) -> bytes:
    """The name of the local user whose message this is: what `-F` said, else that of the user who is the sender."""
    scope = session.scope
    if scope.connection.host_address or "submission" in scope.message.controls:
        return b""
    if scope.process.sender_name:
        return scope.process.sender_name
    login = scope.connection.ident or b""
    if not login or scope.message.sender != login + b"@" + domain_of(session, "qualify_domain"):
        return b""
    user = scope.world.passwd(bytes(login))
    return b"" if user is None else user.gecos.partition(b",")[0].replace(b"&", login.capitalize())


def add_from(session: Session, name: bytes, prefix: bytes, submitter: bytes) -> Header | None:
    """The From: line, which is made of the sender or the submitter where there is none."""
    message = session.scope.message
    headers = message.headers
    assert headers is not None
    header = find(headers, prefix + b"From")
    address = message.sender or submitter
    if header is not None or not address:
        return header
    value = b"%s <%s>" % (name, address) if name else address
    header = new_header(prefix + b"From: " + value + b"\n")
    headers.append(header)
    return header


def set_sender(session: Session, submission: Submission, prefix: bytes, from_: Header, submitter: bytes) -> None:
    """Puts Sender: right where From: does not name the submitter, and makes the submitter the envelope sender."""
    message = session.scope.message
    headers = message.headers
    assert headers is not None
    for header in headers:
        if is_named(header, prefix + b"Sender"):
            header.kind = "*"
    try:
        named = parse_address(from_.value, **address_options(session)).address
    except AddressError:
        named = b""
    if named.lower() != submitter.lower():
        value = b"%s <%s>" % (submission.name, submitter) if submission.name else submitter
        headers.append(new_header(prefix + b"Sender: " + value + b"\n"))
    if message.sender:
        message.sender = taint(submitter)
