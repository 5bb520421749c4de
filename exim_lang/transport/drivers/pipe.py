"""The transport `pipe`: a command that gets the message (specification chapter 29)."""

from __future__ import annotations

from exim_lang.errors import ExpansionError
from exim_lang.expand.string_list import split_list
from exim_lang.taint import is_tainted, like
from exim_lang.transport.command import command_words
from exim_lang.transport.copy import Frame, batch_smtp, edge, make_copy
from exim_lang.transport.delivery import CommandTarget, Target
from exim_lang.transport.drivers.appendfile import PREFIX, SUFFIX
from exim_lang.transport.registry import Job, Refused, transport_driver
from exim_lang.transport.system_filter import is_of_filter

NULL = b"NULL"
"""What Exim's environment has for a local part where there are several addresses."""


@transport_driver("pipe")
def pipe(job: Job) -> Target:
    """The command and its environment."""
    command, expand = _command(job)
    shell = job.flag("use_shell")
    message = job.scope.message
    saved, message.recipients_visible = message.recipients_visible, is_of_filter(job.address)
    try:
        words = _for_shell(job, command, expand) if shell else _direct(job, command, expand)
    finally:
        message.recipients_visible = saved
    environment = _environment(job)
    if job.flag("use_bsmtp"):
        edges = edge(job, "message_prefix", "", "prefix"), edge(job, "message_suffix", "", "suffix")
        frame = Frame(*edges, b".", b"..", job.flag("use_crlf"), batch_smtp(job), dot=True)
    else:
        edges = edge(job, "message_prefix", PREFIX, "prefix"), edge(job, "message_suffix", SUFFIX, "suffix")
        check, escape = (job.string(name).encode("latin-1") for name in ("check_string", "escape_string"))
        frame = Frame(*edges, check, escape, job.flag("use_crlf"))
    job.copy = make_copy(job, frame, "pipe")
    return CommandTarget(words, environment, job.number("umask"), job.number("timeout"))


def _command(job: Job) -> tuple[bytes, bool]:
    """The command, and whether it is expanded: one from a redirection is not, unless a filter made it."""
    text = job.transport.text("command")
    given = job.address.state.address_pipe
    if given is not None and not job.flag("force_command"):
        command = like(given.removeprefix(b"|").lstrip(b" \t\n\v\f\r"), given)
        if is_tainted(command):
            shown = command.decode("latin-1")
            raise Refused(f"Tainted '{shown}' (command for {job.name} transport) not permitted", 0, panic=True)
        return command, job.address.expand_pipe
    if text is None:
        raise Refused(f"no command specified for {job.name} transport", 0, panic=True)
    return text.encode(), True


def _for_shell(job: Job, command: bytes, expand: bool) -> tuple[bytes, ...]:
    """The command as one argument for the shell; `$pipe_addresses` in it becomes the addresses."""
    if b"$pipe_addresses" in command and expand:
        joined = b" ".join(bytes(address.address) for address in job.addresses)
        command = command.replace(b"$pipe_addresses", joined)
    try:
        value = job.expand(command) if expand else command
    except ExpansionError as error:
        shown = command.decode("latin-1")
        message = f'Expansion of command "{shown}" in {job.name} transport failed: {error.message}'
        raise Refused(message, 0, panic=True) from error
    return b"/bin/sh", b"-c", bytes(value)


def _direct(job: Job, command: bytes, expand: bool) -> tuple[bytes, ...]:
    try:
        words = command_words(job, command, f"{job.name} transport", expand=expand)
    except Refused as refused:
        refused.errno = 0  # this driver leaves the number alone
        raise
    allowed = _allowed(job)
    name = words[0] if words else b""
    if not words:
        raise Refused(f'No command found in "{command.decode("latin-1")}" for {job.name} transport', status="failed")
    if name in allowed:
        return words if name.startswith(b"/") else (_found(job, name), *words[1:])
    shown = name.decode("latin-1")
    if job.flag("restrict_to_path"):
        if b"/" in name:
            whole = command.decode("latin-1")
            message = f'"/" found in "{whole}" (command for {job.name} transport) - failed for security reasons'
            raise Refused(message, status="failed")
    elif allowed:
        raise Refused(f'"{shown}" command not permitted by {job.name} transport', status="failed")
    return words if name.startswith(b"/") else (_found(job, name), *words[1:])


def _allowed(job: Job) -> set[bytes]:
    text = job.transport.text("allow_commands")
    if text is None:
        return set()
    try:
        return {bytes(item) for item in split_list(job.expand(text))}
    except ExpansionError as error:
        message = f'failed to expand string "{text}" for {job.name} transport: {error.message}'
        raise Refused(message, 0) from error


def _found(job: Job, name: bytes) -> bytes:
    """The command in the directories of `path`."""
    for place in split_list(_search_path(job)):
        whole = bytes(place) + b"/" + name
        if job.scope.world.exists(whole):
            return whole
    raise Refused(f'"{name.decode("latin-1")}" command not found for {job.name} transport', status="failed")


def _search_path(job: Job) -> bytes:
    text = job.transport.text("path")
    if text is None:
        return b""
    try:
        return job.expand(text)
    except ExpansionError as error:
        raise Refused(f'Expansion of "{text}" (path for {job.name} transport) failed: {error.message}') from error


def _environment(job: Job) -> tuple[tuple[bytes, bytes], ...]:
    """The variables of section 29.4, and those of the option `environment`."""
    address = job.address
    state = address.state
    several = len(job.addresses) > 1
    local_part = NULL if several else bytes(state.local_part)
    domain = bytes(state.domain) if len({one.state.domain for one in job.addresses}) == 1 else NULL
    prefix, suffix = (b"" if several else bytes(value or b"") for value in (state.prefix, state.suffix))
    recipient = (b"" if several else prefix + local_part + suffix) + b"@" + domain
    scope = job.scope
    values = [
        (b"LOCAL_PART", local_part),
        (b"LOGNAME", local_part),
        (b"USER", local_part),
        (b"LOCAL_PART_PREFIX", prefix),
        (b"LOCAL_PART_SUFFIX", suffix),
        (b"DOMAIN", domain),
        (b"HOME", bytes(job.identity.home or b"")),
        (b"MESSAGE_ID", bytes(scope.message.id)),
        (b"PATH", bytes(_search_path(job))),
        (b"RECIPIENT", recipient),
        (b"QUALIFY_DOMAIN", bytes(scope.expand("$qualify_domain"))),
        (b"SENDER", bytes(scope.message.sender or b"")),
        (b"SHELL", b"/bin/sh"),
    ]
    if address.hosts:
        values.append((b"HOST", bytes(address.hosts[0].name)))
    zone = scope.config.option("timezone")
    if zone:
        values.append((b"TZ", str(zone).encode("latin-1")))
    text = job.transport.text("environment")
    if text is not None:
        try:
            items = split_list(job.expand(text))
        except ExpansionError as error:
            message = f'failed to expand string "{text}" for {job.name} transport: {error.message}'
            raise Refused(message, 0, panic=True) from error
        values += [(bytes(name), bytes(value)) for name, _, value in (bytes(item).partition(b"=") for item in items)]
    return tuple(values)

