"""Applies fixes to the files of a configuration, and shows what would change. Every other byte stays as it is."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections.abc import Callable, Iterator

from exim_lang.errors import UsageError
from exim_lang.lint.engine import Report
from exim_lang.lint.finding import Fix
from exim_lang.lint.fixes import applied
from exim_lang.lint.places import shown_path
from exim_lang.report.frame import visible

ROUNDS = 10
"""How often a configuration is mended and looked at again: fixes that overlap wait for the next round."""


def fixes_of(report: Report, *, unsafe: bool) -> list[Fix]:
    """The fixes of a report, with `unsafe` also those that a person should look at; never in files of somebody else."""
    return [
        one.finding.fix for one in report.diagnostics if one.finding.fix and not one.vendor and (unsafe or one.finding.fix.safe)
    ]


def difference(report: Report, *, unsafe: bool) -> Iterator[str]:
    """The lines of a unified diff of what mending would change."""
    for file, content in applied(fixes_of(report, unsafe=unsafe)).items():
        name = shown_path(file.name)
        before, after = (text.splitlines(keepends=True) for text in (file.content, content))
        for line in difflib.unified_diff(before, after, f"a/{name}", f"b/{name}"):
            yield visible(line.rstrip("\n")) + "\n"


def mend(look: Callable[[], Report], *, unsafe: bool) -> tuple[Report, int]:
    """Mends files until there is nothing left to mend; the last report, and how many fixes were applied.

    `look` reads and lints the configuration. A round after which Exim would refuse what it took before is undone, with a
    UsageError.
    """
    report = look()
    count = 0
    for _ in range(ROUNDS):
        fixes = fixes_of(report, unsafe=unsafe)
        changed = applied(fixes)
        if not changed:
            break
        for file, content in changed.items():
            write(file.name, file.content, content)
        after = look()
        if after.config.fatal is not None and report.config.fatal is None:
            for file, content in changed.items():
                write(file.name, content, file.content)
            raise UsageError(f"nothing was changed: mended, the configuration would be refused: {after.config.fatal}")
        count += len(report.diagnostics) - len(after.diagnostics)
        report = after
    return report, count


def write(path: str, before: str, content: str) -> None:
    """Replaces what a file has by `content`, as a whole or not at all; its mode stays.

    Raises UsageError for a file that cannot be written, or that has something else than `before`.
    """
    try:
        with open(path, "rb") as present:
            if present.read() != before.encode("latin-1"):
                raise UsageError(f"{path} was changed by somebody else in the meantime")
        mode = os.stat(path).st_mode
        handle, name = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".exim-lang-")
        with os.fdopen(handle, "wb") as out:
            out.write(content.encode("latin-1"))
        os.chmod(name, mode)
        os.replace(name, path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
