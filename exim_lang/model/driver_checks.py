"""What Exim checks when it has read a driver: options that need or exclude each other (specification chapters 15 to 42)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from exim_lang.errors import Problem
from exim_lang.model.config import Driver
from exim_lang.source.text import Span

Mistake = tuple[str, str]
"""The message, and the option that it is mostly about (empty: the driver as a whole)."""
Check = Callable[[Driver], Iterator[Mistake]]

_SELF = ("defer", "fail", "freeze", "pass", "send")


def check_driver(driver: Driver) -> list[Problem]:
    """What Exim would refuse about one driver when its settings are complete."""
    check = _CHECKS.get(f"{driver.kind}:{driver.driver}")
    return [_problem(driver, message, option) for message, option in check(driver)] if check else []


def check_section(kind: str, drivers: list[Driver]) -> list[Problem]:
    """What Exim would refuse when all drivers of a kind are known; those without a good driver are left out."""
    match kind:
        case "router":
            return _routers(drivers)
        case "transport":
            return [_problem(driver, *mistake) for driver in drivers for mistake in _transport(driver)]
        case _:
            return _authenticators(drivers)


def _problem(driver: Driver, message: str, option: str) -> Problem:
    about = "" if message.startswith("\0") else f"{driver.name} {driver.kind}"
    return problem_at(driver, message.lstrip("\0"), option, about)


def problem_at(driver: Driver, message: str, option: str = "", about: str = "") -> Problem:
    """A problem of a driver without a line of Exim's own, shown at an option of it or at its name."""
    setting = driver.settings.get(option)
    if setting is None:
        return Problem(message, driver.line.text, driver.span, about=about)
    return Problem(message, setting.line.text, Span(setting.span.start, len(setting.line.text)), about=about)


def _plain(message: str) -> str:
    """A message that Exim prints without saying which driver it is about: the message does so itself."""
    return "\0" + message


def _is(driver: Driver, *names: str) -> bool:
    return any(name in driver.settings for name in names)


def _manualroute(router: Driver) -> Iterator[Mistake]:
    failed = ("decline", "defer", "fail", "freeze", "pass")
    for option, words in (("host_all_ignored", failed), ("host_find_failed", (*failed, "ignore"))):
        if router.option(option) not in words:
            yield f"unrecognized setting for {option} option", option
    if _is(router, "route_list") == _is(router, "route_data"):
        yield "route_list or route_data (but not both) must be specified", "route_data"


def _iplookup(router: Driver) -> Iterator[Mistake]:
    if not router.option("port"):
        yield "a port must be specified", "port"
    if not _is(router, "hosts"):
        yield "a host list must be specified", "hosts"
    if _is(router, "protocol") and router.option("protocol") not in ("udp", "tcp"):
        yield "protocol not specified as udp or tcp", "protocol"


def _queryprogram(router: Driver) -> Iterator[Mistake]:
    if not _is(router, "command"):
        yield "a command specification is required", "command"
    if not _is(router, "command_user"):
        yield "command_user must be specified", "command_group"


def _redirect(router: Driver) -> Iterator[Mistake]:
    if _is(router, "file") and _is(router, "data"):
        yield 'only one of "file" or "data" must be specified', "data"
    elif not _is(router, "file", "data"):
        yield 'one of "file" or "data" must be specified', ""
    if router.option("one_time"):
        if _is(router, "headers_add", "headers_remove"):
            yield '"headers_add" and "headers_remove" are not permitted with "one_time"', "one_time"
        if router.option("unseen"):
            yield '"unseen" may not be used with "one_time"', "unseen"
    if _is(router, "qualify_domain") and router.option("qualify_preserve_domain"):
        yield 'only one of "qualify_domain" or "qualify_preserve_domain" must be set', "qualify_domain"
    if router.option("allow_filter") and not _is(router, "user") and not router.option("check_local_user"):
        yield '"user" or "check_local_user" must be set with "allow_filter"', "allow_filter"


def _router(router: Driver) -> Iterator[Mistake]:
    own = router.option("self")
    if isinstance(own, str) and own not in _SELF and not own.startswith("reroute:"):
        yield f"{own} is not valid for the self option", "self"


def _appendfile(transport: Driver) -> Iterator[Mistake]:
    in_directory = _is(transport, "directory")
    if _is(transport, "quota_filecount") and in_directory and not _is(transport, "quota"):
        yield "quota must be set if quota_filecount is set", "quota_filecount"
    if _is(transport, "file") and not in_directory:
        for option in ("quota_directory", "quota_filecount"):
            if _is(transport, option):
                yield f'{option} must not be set without "directory"', option
    if _is(transport, "file") and in_directory:
        yield 'only one of "file" or "directory" can be specified', "directory"
    if in_directory and transport.option("maildir_format") and transport.option("mailstore_format"):
        yield "only one of maildir and mailstore may be specified", "mailstore_format"
    # setting one of these switches off those that are not set themselves
    locks = ("use_lockfile", "use_fcntl_lock", "use_flock_lock", "use_mbx_lock")
    mbx = transport.option("mbx_format")
    used = [transport.option(option) for option in locks]
    if not any(used) and not (mbx and not any(_is(transport, option) for option in locks)):
        yield "no locking configured", next((option for option in locks if _is(transport, option)), "")
    create = transport.option("create_file")
    if isinstance(create, str) and create not in ("anywhere", "belowhome", "inhome") and not create.startswith("/"):
        yield (
            _plain(f"invalid value given for \"create_file\" for the {transport.name} transport: '{create}'"),
            "create_file",
        )


def _lmtp(transport: Driver) -> Iterator[Mistake]:
    if _is(transport, "command") == _is(transport, "socket"):
        message = f"one (and only one) of command or socket must be set for the {transport.name} transport"
        yield _plain(message), "socket"


def _pipe(transport: Driver) -> Iterator[Mistake]:
    name = transport.name
    if transport.option("pipe_as_creator") and _is(transport, "user", "group"):
        yield (
            _plain(f"both pipe_as_creator and an explicit uid/gid are set for the {name} transport"),
            "pipe_as_creator",
        )
    errors = transport.option("temp_errors")
    if isinstance(errors, str) and errors != "*" and not re.fullmatch(r"[0-9: ]*", errors):
        message = f"temp_errors must be a list of numbers or an asterisk for the {name} transport"
        yield _plain(message), "temp_errors"
    pairs = (
        ("return_fail_output", "return_output", "both return_output and return_fail_output set for {} transport"),
        ("log_fail_output", "log_output", "both log_output and log_fail_output set for the {} transport"),
        ("restrict_to_path", "use_shell", "both restrict_to_path and use_shell set for {} transport"),
    )
    for one, other, message in pairs:
        if transport.option(one) and transport.option(other):
            yield _plain(message.format(name)), one
    if _is(transport, "allow_commands") and transport.option("use_shell"):
        yield _plain(f"both allow_commands and use_shell set for {name} transport"), "use_shell"


def _smtp(transport: Driver) -> Iterator[Mistake]:
    for option in ("command_timeout", "data_timeout", "final_timeout"):
        if transport.option(option) == 0:
            yield (
                _plain(f"command, data, or final timeout value is zero for {transport.name} transport"),
                option,
            )
            break


def _transport(transport: Driver) -> Iterator[Mistake]:
    if transport.driver != "smtp" and isinstance(transport.option("user"), int) and not _is(transport, "group"):
        # of a user given by name Exim takes the group from the password file
        yield _plain(f"user set without group for the {transport.name} transport"), "user"
    if transport.option("body_only") and transport.option("headers_only"):
        yield _plain(f"{transport.name} transport: body_only and headers_only are mutually exclusive"), "body_only"
    if transport.driver == "smtp" and _is(transport, "shadow_transport"):
        yield _plain(f"shadow transport not allowed on non-local transport {transport.name}"), "shadow_transport"


def _spa(authenticator: Driver) -> Iterator[Mistake]:
    if _is(authenticator, "client_username") != _is(authenticator, "client_password"):
        yield "one of client_username and client_password cannot be set without the other", "client_username"


def public_name(authenticator: Driver) -> str:
    """The name that SMTP knows an authenticator by: `public_name`, or for most drivers its own."""
    name = authenticator.option("public_name")
    if authenticator.driver == "tls" or not isinstance(name, str) or "public_name" not in authenticator.settings:
        return authenticator.name
    return name


def sides(authenticator: Driver) -> tuple[bool, bool]:
    """Whether an authenticator works as a client, and as a server."""
    match authenticator.driver:
        case "plaintext" | "external":
            return _is(authenticator, "client_send"), _is(authenticator, "server_condition")
        case "cram_md5":
            return _is(authenticator, "client_secret"), _is(authenticator, "server_secret")
        case "spa":
            return _is(authenticator, "client_username"), _is(authenticator, "server_password")
        case "dovecot":
            return False, _is(authenticator, "server_socket")
        case "tls":
            # it is used when the client asks for nothing
            return False, False
        case "gsasl":
            return _is(authenticator, "client_username", "client_password"), _is(authenticator, "server_condition")
        case _:
            return False, True


def _routers(routers: list[Driver]) -> list[Problem]:
    problems = []
    for number, router in enumerate(routers):
        wants = _WANTS_TRANSPORT.get(router.driver)
        has = "transport" in router.settings
        if wants is False and has:
            message = f"{router.name} router:\na transport must not be defined for this router"
            problems.append(problem_at(router, message, "transport"))
        elif wants and not has and not router.option("verify_only"):
            problems.append(problem_at(router, f"{router.name} router:\na transport is required for this router"))
        problems += [_problem(router, *mistake) for mistake in _router(router)]
        for option in ("redirect_router", "pass_router"):
            if option not in router.settings:
                continue
            name = router.settings[option].text.string
            found = next((at for at, other in enumerate(routers) if other.name == name), None)
            if found is None:
                message = f'new_router "{name}" not found for "{router.name}" router'
                problems.append(problem_at(router, message, option))
            elif option == "pass_router" and found <= number:
                message = f'new_router "{name}" does not follow "{router.name}" router'
                problems.append(problem_at(router, message, option))
    return problems


def _authenticators(authenticators: list[Driver]) -> list[Problem]:
    problems = []
    for number, one in enumerate(authenticators):
        if one.driver == "cram_md5" and not _is(one, "public_name"):
            problems.append(problem_at(one, f"no public name specified for the {one.name} authenticator"))
            continue
        for other in authenticators[number + 1 :]:
            if public_name(one).lower() != public_name(other).lower():
                continue
            both = [side for side, a, b in zip(("client", "server"), sides(one), sides(other), strict=True) if a and b]
            if both:
                message = (
                    f"two {both[0]} authenticators ({one.name} and {other.name}) "
                    f"have the same public name ({public_name(one)})"
                )
                problems.append(problem_at(other, message, "public_name"))
    return problems


_WANTS_TRANSPORT = {"accept": True, "dnslookup": True, "ipliteral": True, "iplookup": False, "redirect": False}
"""Whether a router needs a transport or may not have one; for the others it depends on what they find."""

_CHECKS: dict[str, Check] = {
    "router:iplookup": _iplookup,
    "router:manualroute": _manualroute,
    "router:queryprogram": _queryprogram,
    "router:redirect": _redirect,
    "transport:appendfile": _appendfile,
    "transport:lmtp": _lmtp,
    "transport:pipe": _pipe,
    "transport:smtp": _smtp,
    "authenticator:spa": _spa,
}
