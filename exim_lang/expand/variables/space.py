"""Free space where the spool and the log are (specification section 11.9): a fact about a machine, so the world says it.

A variable that was set by name wins, as everywhere; a fixture of the kind `space` maps a directory to its free kilobytes
and inodes: `{"space": {"/var/spool/exim4": [1000000, 50000]}}`.
"""

from __future__ import annotations

from exim_lang.errors import EximLangError
from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.string_list import split_list


def _free(scope: Scope, directory: bytes) -> tuple[int, int]:
    """Kilobytes and inodes; raises ClosedWorld where no fixture says them."""

    def live() -> None:
        raise EximLangError("free space is answered by fixtures only")

    match scope.world.consult("space", directory, live, [1000000, 50000]):
        case [int(kilobytes), int(inodes)]:
            return kilobytes, inodes
        case other:
            shown = directory.decode("latin-1")
            raise EximLangError(f'fixture "space" "{shown}": {other!r} is not [KILOBYTES, INODES]')


def _log_directory(scope: Scope) -> bytes:
    """Where `log_file_path` puts the log; below the spool directory when it says nothing of files."""
    for item in split_list(option(scope, "log_file_path")):
        if item.startswith(b"/"):
            return item.rpartition(b"/")[0] or b"/"
    return option(scope, "spool_directory") + b"/log"


@variable("spool_space")
def spool_space(scope: Scope) -> bytes:
    return b"%d" % _free(scope, option(scope, "spool_directory"))[0]


@variable("spool_inodes")
def spool_inodes(scope: Scope) -> bytes:
    return b"%d" % _free(scope, option(scope, "spool_directory"))[1]


@variable("log_space")
def log_space(scope: Scope) -> bytes:
    return b"%d" % _free(scope, _log_directory(scope))[0]


@variable("log_inodes")
def log_inodes(scope: Scope) -> bytes:
    return b"%d" % _free(scope, _log_directory(scope))[1]
