"""The process, its configuration file, its users (specification section 11.9)."""

from __future__ import annotations

import re
from typing import Final

from exim_lang.errors import EximLangError
from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts, numbers, texts

texts(
    (
        ("config_file", "process.config_file"),
        ("initial_cwd", "process.initial_cwd"),
    )
)
numbers(
    (
        ("caller_gid", "process.caller_gid"),
        ("caller_uid", "process.caller_uid"),
        ("load_average", "process.load_average"),
        ("originator_gid", "process.originator_gid"),
        ("originator_uid", "process.originator_uid"),
        ("pid", "process.pid"),
    )
)
facts(("queue_size",))

_BUILT: Final = re.compile(r"^Exim version \S+ #(\d+) built (.+)$", re.MULTILINE)


def _built(scope: Scope) -> tuple[bytes, bytes] | None:
    """The number and the date of the compilation, where the build profile was read from `-bV`."""
    found = _BUILT.search("\n".join(scope.config.dialect.build.lines))
    return (found[1].encode("latin-1"), found[2].encode("latin-1")) if found is not None else None


@variable("compile_number")
def compile_number(scope: Scope) -> bytes:
    built = _built(scope)
    return built[0] if built is not None else b"%d" % scope.process.compile_number


@variable("compile_date")
def compile_date(scope: Scope) -> bytes | None:
    built = _built(scope)
    return built[1] if built is not None else scope.process.facts.get("compile_date")


@variable("config_dir")
def config_dir(scope: Scope) -> bytes:
    """The directory of the configuration file, `.` where its name has no slash."""
    if scope.process.config_dir:
        return scope.process.config_dir
    directory, slash, _ = scope.process.config_file.rpartition(b"/")
    return directory if slash else b"."


@variable("exim_uid")
def exim_uid(scope: Scope) -> bytes:
    """What `exim_user` stands for: a uid, or a name of the user database."""
    if scope.process.exim_uid is not None:
        return b"%d" % scope.process.exim_uid
    name = option(scope, "exim_user")
    if name.isdigit():
        return name
    user = scope.world.passwd(name) if name else None
    if user is None:
        raise EximLangError(f'the uid of the Exim user "{name.decode("latin-1")}" is not known')
    return b"%d" % user.uid


@variable("exim_gid")
def exim_gid(scope: Scope) -> bytes:
    """What `exim_group` stands for, or else the group of the Exim user."""
    if scope.process.exim_gid is not None:
        return b"%d" % scope.process.exim_gid
    name = option(scope, "exim_group")
    if name.isdigit():
        return name
    if name:
        group = scope.world.group(name)
    else:
        user = scope.world.passwd(option(scope, "exim_user"))
        group = user.gid if user is not None else None
    if group is None:
        raise EximLangError(f'the gid of the Exim group "{name.decode("latin-1")}" is not known')
    return b"%d" % group


@variable("version_number", "exim_version")
def version_number(scope: Scope) -> bytes:
    set_to = option(scope, "exim_version")
    return set_to or b"%d.%d" % tuple(scope.config.dialect.version)
