"""`-bf` and `-bF`: what a filter file would do with the message on the standard input (specification section 5.2)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from exim_lang.cli.exim.scope import CALLER, exim_scope
from exim_lang.errors import UsageError
from exim_lang.expand.headers import message_header, split_headers
from exim_lang.expand.state import Address
from exim_lang.filter.actions import Action, told
from exim_lang.filter.read import read_filter
from exim_lang.filter.run import FilterRun
from exim_lang.filter.words import FilterError
from exim_lang.route.forward_list import is_filter
from exim_lang.route.rewrite import qualify_address, rewrite_address, rewrite_one
from exim_lang.taint import taint

if TYPE_CHECKING:
    from exim_lang.cli.exim.flags import Flags
    from exim_lang.expand.scope import Scope
    from exim_lang.model.config import Config


def run(flags: Flags, config: Config) -> int:
    """Tests the system filter (-bF) and the user's filter (-bf) that were named; the status is 1 when one is wrong."""
    scope = exim_scope(flags, config)
    _receive(scope, sys.stdin.buffer.read(), flags)
    _write(f"Sender      = {_text(scope.message.sender) or '<>'}\nRecipient   = {_text(_recipient(scope))}")
    for flag, word in (("bfp", "Prefix"), ("bfs", "Suffix")):
        if flag in flags.facts:
            _write(f"{word}    = {flags.facts[flag]}")
    status = 0
    for flag, system in (("bF", True), ("bf", False)):
        path = flags.facts.get(flag)
        if path is not None:
            status = _test(scope, path, system=system, verbose=flags.verbose)
            if status:
                return status
    return status


def _receive(scope: Scope, data: bytes, flags: Flags) -> None:
    """The message, its return path and the address that the filter belongs to."""
    message = scope.message
    if data.startswith(b"From "):
        first, _, data = data.partition(b"\n")
        words = first.split()
        if flags.sender is None and len(words) > 1:
            message.sender = taint(qualify_address(scope, words[1], "qualify_domain"))
            _write('Sender taken from "From " line')
    message.headers, message.body = split_headers(data, local=True)
    message.size, message.received = len(data), True
    given = message_header(message, b"return-path", "rh", "")
    if given is not None and given.strip():
        message.return_path = taint(given.strip().strip(b"<>"))
        _write('Return-path taken from "Return-path:" header line')
    else:
        message.return_path = message.sender
        _write("Return-path copied from sender")
    if given is not None:
        _write(f"Return-path = {_text(message.return_path)}")
    scope.process.first_delivery = True
    domain = flags.facts.get("bfd")
    whole = scope.expand("$qualify_recipient") if domain is None else domain.encode("latin-1")
    state = Address(local_part=flags.facts.get("bfl", "root").encode("latin-1"), domain=whole)
    state.prefix = flags.facts["bfp"].encode("latin-1") if "bfp" in flags.facts else None
    state.suffix = flags.facts["bfs"].encode("latin-1") if "bfs" in flags.facts else None
    scope.address = state
    user = scope.world.passwd(CALLER)
    state.home = user.home if user is not None else None
    message.recipients = [_recipient(scope)]


def _recipient(scope: Scope) -> bytes:
    state = scope.address
    assert state is not None, "_receive() has set it"
    return bytes((state.prefix or b"") + state.local_part + (state.suffix or b"") + b"@" + state.domain)


def _test(scope: Scope, path: str, *, system: bool, verbose: bool) -> int:
    try:
        with open(path.encode("latin-1"), "rb") as file:
            data = file.read()
    except OSError as error:
        raise UsageError(f"failed to open {path}: {error.strerror}") from error
    kind = is_filter(data)
    if kind == "Sieve":
        from exim_lang.cli.exim.sieve import test_sieve

        _write(f'Testing Sieve filter file "{path}"\n')
        sys.stdout.flush()
        return test_sieve(scope, data)
    if not kind and not system:
        from exim_lang.cli.exim.forward import test_forward

        _write(f'Testing forward file file "{path}"\n')
        return test_forward(scope, data)
    _write(f'Testing Exim filter file "{path}"\n')
    return _exim_filter(scope, data, system=system, verbose=verbose)


def _exim_filter(scope: Scope, data: bytes, *, system: bool, verbose: bool) -> int:
    def act(action: Action) -> None:
        _write(told(action))

    filter_run = FilterRun(
        scope,
        lambda address, place: rewrite_one(scope, address, place),
        lambda address: rewrite_address(scope, address, "t"),
        system=system,
        testing=True,
        watch=(lambda line: print(line, file=sys.stderr)) if verbose else None,
        act=act,
    )
    try:
        filter_run.run(read_filter(data, system=system))
    except FilterError as error:
        _write(f"Filter error: {error.message}")
        return 1
    if filter_run.stopped is not None:
        _write(f'Filtering ended by "{filter_run.stopped.name}".')
        return 0
    ending(filter_run.delivered)
    return 0


def ending(delivered: bool) -> None:
    """What is printed behind all actions."""
    if delivered:
        _write("Filtering set up at least one significant delivery or other action.\nNo other deliveries will occur.")
    else:
        _write("Filtering did not set up a significant delivery.\nNormal delivery will occur.")


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode("latin-1")


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("latin-1") + b"\n")
