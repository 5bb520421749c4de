"""Changes to files: from a range of a text to a range of a file, and many of them applied at once."""

from __future__ import annotations

from collections.abc import Iterable

from exim_lang.lint.finding import Edit, Fix
from exim_lang.source.text import SourceFile, Span, Text


def edit_of(text: Text, span: Span, replacement: str) -> Edit | None:
    """Replace a range of a text in its file; None where the range is not one piece of one file: a macro stands there."""
    if not text.pieces:
        return None
    first = text.piece_at(span.start)
    last = text.piece_at(max(span.start, span.end - 1))
    if first is not last or first.fixed or first.macros:
        return None
    start = first.offset + span.start - first.start
    return Edit(first.file, start, start + span.end - span.start, replacement)


def applied(fixes: Iterable[Fix]) -> dict[SourceFile, str]:
    """The new content of each file that fixes change; of fixes that overlap the first one wins, whole or not at all."""
    taken: dict[SourceFile, list[Edit]] = {}
    for fix in fixes:
        if not any(_overlap(edit, other) for edit in fix.edits for other in taken.get(edit.file, ())):
            for edit in fix.edits:
                taken.setdefault(edit.file, []).append(edit)
    return {file: _rewritten(file.content, edits) for file, edits in taken.items()}


def _overlap(one: Edit, other: Edit) -> bool:
    if one.start == one.end or other.start == other.end:
        return one.start == other.start or other.start < one.start < other.end or one.start < other.start < one.end
    return one.start < other.end and other.start < one.end


def _rewritten(content: str, edits: Iterable[Edit]) -> str:
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        content = content[: edit.start] + edit.replacement + content[edit.end :]
    return content
