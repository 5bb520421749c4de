"""`exim_path` is given by a macro.

Exim's own utilities look for the option in the file and do not know macros.

Bad (main):

    EP = /usr/sbin/exim4
    exim_path = EP

Good (main):

    exim_path = /usr/sbin/exim4
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Edit, Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("exim-path-macro", group="options", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """A value that came from a macro."""
    use = survey.main_use("exim_path")
    if use is None or not any(piece.macros for piece in use.text.pieces):
        return
    piece = use.text.piece_at(0)
    fix = None
    if piece.fixed and piece.macros and len(use.text.pieces) == 1:
        edit = Edit(piece.file, piece.offset, piece.offset + len(piece.macros[0]), use.text.string)
        fix = Fix("write the path itself", (edit,))
    yield use.finding(use.whole, "Exim's utilities read exim_path themselves, and know no macros", fix=fix)
