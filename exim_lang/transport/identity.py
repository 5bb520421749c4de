"""Whom a local transport runs as, with which home directory and where (specification chapter 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exim_lang.errors import ExpansionError
from exim_lang.taint import untainted
from exim_lang.transport.delivery import Identity
from exim_lang.transport.registry import EXPANSION, NO_GROUP, NO_USER, Job, Refused

if TYPE_CHECKING:
    from exim_lang.model.config import Driver
    from exim_lang.world.world import User


def identity_of(job: Job) -> Identity:
    """The uid, the gid and the directories; raises Refused where Exim would not start."""
    uid, gid = _uid_and_gid(job)
    home = _directory(job, "home_directory", "transport_home_directory", "home directory")
    if home is None:
        home = job.address.state.home
    job.address.state.home = home
    directory = _directory(job, "current_directory", "transport_current_directory", "current directory")
    return Identity(uid, gid, home, directory or home or b"/")


def _uid_and_gid(job: Job) -> tuple[int, int]:
    """Transport, creator, router, check_local_user, Exim: the first that says something counts."""
    transport, router = job.transport, job.address.router
    uid, gid = -1, -1
    gid = _group(job, transport, "transport")
    user = _user(job, transport, "transport")
    if user is not None:
        uid = user if isinstance(user, int) else user.uid
        gid = gid if gid != -1 or isinstance(user, int) else user.gid
    elif transport.fact("pipe_as_creator") is not None and job.flag("pipe_as_creator"):
        process = job.scope.process
        uid, gid = process.originator_uid, gid if gid != -1 else process.originator_gid
    else:
        uid, found = _by_router(job, router)
        gid = gid if gid != -1 else found
    exim = _exim(job)
    if uid == -1:
        uid = exim[0]
    if gid == -1 and uid == exim[0]:
        gid = exim[1]
    if gid == -1:
        raise Refused(f"User set without group for {job.name} transport", NO_GROUP)
    listed = job.scope.config.option("never_users")
    never = [_number(job, item) for item in listed] if isinstance(listed, tuple) else []
    if uid in never or uid == 0:
        which = "never_users" if uid in never else "fixed_never_users"
        raise Refused(f"User {uid} set for {job.name} transport is on the {which} list", NO_USER)
    return uid, gid


def _by_router(job: Job, router: Driver | None) -> tuple[int, int]:
    if router is None:
        user = job.address.user  # that of the system filter
        return (-1, -1) if user is None else (user.uid, user.gid)
    named = _user(job, router, "router")
    gid = _group(job, router, "router")
    if named is not None:
        if isinstance(named, int):
            return named, gid
        return named.uid, gid if gid != -1 else named.gid
    state, local = job.address.state, job.address.user
    if local is not None:
        return local.uid, gid if gid != -1 else local.gid
    if state.local_user_uid != -1:
        return state.local_user_uid, gid if gid != -1 else state.local_user_gid
    return -1, gid


def _user(job: Job, driver: Driver, kind: str) -> User | int | None:
    name = _name(job, driver, "user", kind)
    if name is None:
        return None
    found = job.scope.world.passwd(name)
    if found is not None:
        return found
    if name.isdigit():
        return int(name)
    raise _missing(driver, "user", name, kind)


def _group(job: Job, driver: Driver, kind: str) -> int:
    name = _name(job, driver, "group", kind)
    if name is None:
        return -1
    if name.isdigit():
        return int(name)
    found = job.scope.world.group(name)
    if found is None:
        raise _missing(driver, "group", name, kind)
    return found


def _name(job: Job, driver: Driver, option: str, kind: str) -> bytes | None:
    text = driver.text(option)
    if text is None:
        return None
    try:
        return untainted(job.expand(text).strip())
    except ExpansionError as error:
        errno = NO_USER if option == "user" else NO_GROUP
        raise Refused(
            f'Failed to expand {option} string "{text}" for the {driver.name} {kind}: {error.message}', errno, panic=True
        ) from error


def _missing(driver: Driver, option: str, name: bytes, kind: str) -> Refused:
    shown = name.decode("latin-1")
    message = f'Failed to find {option} "{shown}" from expanded string "{driver.text(option)}" for the {driver.name} {kind}'
    return Refused(message, NO_USER if option == "user" else NO_GROUP, panic=True)


def _number(job: Job, item: int | str) -> int:
    if isinstance(item, int):
        return item
    found = job.scope.world.passwd(item.encode("latin-1"))
    return found.uid if found is not None else -1


def _exim(job: Job) -> tuple[int, int]:
    """The user and the group of Exim itself."""
    config, world = job.scope.config, job.scope.world
    user, group = config.option("exim_user"), config.option("exim_group")
    uid, gid = (user, -1) if isinstance(user, int) else (-2, -2)
    if isinstance(user, str):
        found = world.passwd(user.encode("latin-1"))
        uid, gid = (found.uid, found.gid) if found is not None else (-2, -2)
    if isinstance(group, int):
        gid = group
    elif isinstance(group, str):
        gid = world.group(group.encode("latin-1")) or gid
    return uid, gid


def _directory(job: Job, option: str, of_router: str, what: str) -> bytes | None:
    """The option of the transport, or that of the router."""
    text = job.transport.text(option)
    if text is None and job.address.router is not None:
        text = job.address.router.text(of_router)
    if text is None:
        return None
    try:
        return job.expand(text)
    except ExpansionError as error:
        raise Refused(
            f'{what} "{text}" failed to expand for {job.name} transport: {error.message}', EXPANSION, panic=True
        ) from error
