"""Command lines, split as Exim does it before it expands the words: at white space that no quotes surround."""

from __future__ import annotations

from exim_lang.records import dataclass
from exim_lang.source.text import SPACE, Span
from exim_lang.syntax import expansion as tree


@dataclass(frozen=True, slots=True)
class Word:
    """A word: where it stands, what it consists of as far as that is constant, and whether all of it is."""

    span: Span
    constant: str
    whole: bool


def words_of(string: tree.String, source: str) -> list[Word]:
    """The words of a command; `source` is the text that the spans of the string count in.

    White space inside an expansion does not end a word here, although Exim splits there, too, where no quotes stand: such a
    command is broken anyway.
    """
    inside = [(part.span, part) for part in string.parts if not isinstance(part, tree.Literal)]
    jumps = {span.start: span.end for span, _ in inside if span.end > span.start}
    end = string.parts[-1].span.end if string.parts else 0
    at = string.parts[0].span.start if string.parts else 0
    found: list[Word] = []
    while at < end:
        if source[at] in SPACE:
            at += 1
            continue
        start, text, whole, quote = at, "", True, ""
        if source[at] in "\"'":
            quote = source[at]
            at += 1
        while at < end:
            if at in jumps:
                at = jumps[at]
                whole = False
            elif quote == '"' and source[at] == "\\" and at + 1 < end:
                text += source[at + 1]
                at += 2
            elif (quote and source[at] == quote) or (not quote and source[at] in SPACE):
                break
            else:
                text += source[at]
                at += 1
        at += bool(quote)
        found.append(Word(Span(start, min(at, end)), text, whole))
    return found
