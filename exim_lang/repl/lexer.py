"""Pygments lexers: `exim-expansion` for expansion strings, `exim` for whole configuration files.

The tokens of a text always join to the text. Names that no Exim knows are Error tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups, default, include, using
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Operator,
    Punctuation,
    String,
    Text,
    Whitespace,
    _TokenType,
)

Known = Callable[[str, str], bool]
"""Whether there is a name of a kind (`item`, `operator`, `condition`, `variable`, `lookup`)."""

groups: Callable[..., Any] = bygroups
part: Callable[..., Any] = using

GAP = r"(?:[ \t\n\v\f\r]|\\[ \t]*\n)*"  # a backslash at the end of a line goes on with the next one
SPACE = f"{GAP[:-1]}+"
NAME = r"[A-Za-z][A-Za-z0-9_]*"
_PATTERNS = re.compile(r"[0-9]+|acl_[cm](?:[0-9_]\w*)?|r_\w*|(?:auth|regex)[0-9]+|[rbl]?h(?:eader)?_.*", re.DOTALL)


@cache
def _facts() -> dict[str, set[str]]:
    from exim_lang.model.facts.table import rows

    found: dict[str, set[str]] = {}
    for row in rows("names"):
        found.setdefault(row["kind"], set()).add(row.name)
    return found


def known_to_some_exim(kind: str, name: str) -> bool:
    """Whether any version has the name."""
    names = _facts()[kind]
    if kind == "variable":
        return name in names or _PATTERNS.fullmatch(name) is not None
    if kind == "operator":
        return any(name == known or name.startswith(f"{known}_") for known in names)
    return name in names


Tokens = Iterator[tuple[int, _TokenType, str]]


def named(kind: str, token: _TokenType) -> Callable[[ExpansionLexer, re.Match[str], object], Tokens]:
    """Gives the whole match `token`, or Error when no Exim has a `kind` of that name."""

    def give(lexer: ExpansionLexer, match: re.Match[str], _context: object = None) -> Tokens:
        name = match.group().strip(":$")
        yield match.start(), token if lexer.known(kind, name) else Error, match.group()

    return give


class ExpansionLexer(RegexLexer):
    """Expansion strings of the Exim mail server. The option `known` is a function that says which names there are."""

    name = "Exim expansion string"
    aliases: ClassVar[list[str]] = ["exim-expansion"]
    url = "https://www.exim.org"
    version_added = ""
    flags = re.DOTALL

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [include("parts"), (r"\}", Text), (r".", Text)],
        "parts": [
            (r"[^$\\}]+", Text),
            (r"\\N.*?(?:\\N|\Z)", String.Other),
            (r"\\(?:[0-7]{1,3}|x[0-9A-Fa-f]{0,2}|.)", String.Escape),
            (r"\$[rbl]?h(?:eader)?_[!-9;-~]*:?", Name.Variable.Magic),
            (rf"\$(?:{NAME}|[0-9]+)", named("variable", Name.Variable)),
            (r"\$\{(?=[A-Za-z0-9])", Punctuation, "opened"),
            (r"\$\{?|\\", Error),
        ],
        # what stands behind "${"
        "opened": [
            (rf"(?:{NAME}|[0-9]+)(?=\}})", named("variable", Name.Variable), ("#pop", "close")),
            (rf"{NAME}[A-Za-z0-9_-]*(?=:)", named("operator", Name.Function), ("#pop", "string", "colon")),
            (r"if(?![A-Za-z0-9_])", Keyword, ("#pop", "item", "condition")),
            (r"filter(?![A-Za-z0-9_])", Keyword, ("#pop", "item", "each")),
            (r"lookup(?![A-Za-z0-9_])", Keyword, ("#pop", "item", "lookup")),
            (NAME, named("item", Keyword), ("#pop", "item")),
            (r"[0-9]+", Error, ("#pop", "item")),
            default("#pop"),
        ],
        "close": [(r"\}", Punctuation, "#pop"), default("#pop")],
        "colon": [(r":", Punctuation, "#pop"), default("#pop")],
        "string": [include("parts"), (r"\}", Punctuation, "#pop"), (r".", Text)],
        # the rest of an item, or of a condition and what stands behind it
        "item": [
            (SPACE, Whitespace),
            (r"\{", Punctuation, "string"),
            (r"\}", Punctuation, "#pop"),
            (r"fail(?![A-Za-z])", Keyword),
            (r"[,A-Za-z0-9_]+", Name.Attribute),
            (r".", Error),
        ],
        "lookup": [
            (SPACE, Whitespace),
            (r"\{", Punctuation, ("#pop", "lookup type", "string")),
            default(("#pop", "lookup type")),
        ],
        "lookup type": [(SPACE, Whitespace), (r"(?:\([^)]*\)|[^ \t\n\v\f\r{}])+", Name.Class, "#pop"), default("#pop")],
        "condition": [
            (SPACE, Whitespace),
            (r"!", Operator),
            (
                r"(def)(:)([rbl]?h(?:eader)?_[!-9;-~]*:?|[A-Za-z0-9_]*)",
                groups(Operator.Word, Punctuation, Name.Variable),
                "#pop",
            ),
            (rf"(and|or)({GAP})(\{{)", groups(Operator.Word, Whitespace, Punctuation), ("#pop", "junction")),
            (rf"(acl|saslauthd)({GAP})(\{{)", groups(Operator.Word, Whitespace, Punctuation), ("#pop", "wrapped")),
            (r"for(?:any|all)(?:_jsons?)?(?![A-Za-z0-9_])", Operator.Word, ("#pop", "each")),
            (r"[<>=]=?", Operator, "#pop"),
            (NAME, named("condition", Operator.Word), "#pop"),
            default("#pop"),
        ],
        "junction": [
            (SPACE, Whitespace),
            (r"\{", Punctuation, ("item", "condition")),
            (r"\}", Punctuation, "#pop"),
            (r".", Error),
        ],
        "wrapped": [(SPACE, Whitespace), (r"\{", Punctuation, "string"), (r"\}", Punctuation, "#pop"), (r".", Error)],
        "each": [
            (SPACE, Whitespace),
            (r"\{", Punctuation, ("#pop", "each condition", "string")),
            default("#pop"),
        ],
        "each condition": [
            (SPACE, Whitespace),
            (r"\{", Punctuation, ("#pop", "item", "condition")),
            default("#pop"),
        ],
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.known: Known = options.get("known", known_to_some_exim)


class EximConfigLexer(RegexLexer):
    """Configuration files of the Exim mail server."""

    name = "Exim configuration"
    aliases: ClassVar[list[str]] = ["exim"]
    filenames: ClassVar[list[str]] = ["exim.conf", "exim4.conf", "exim*.conf", "exim4.conf.template"]
    url = "https://www.exim.org"
    version_added = ""
    flags = re.MULTILINE

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"^[ \t]*#.*", Comment.Single),
            (r"^[ \t]*\.(?:include(?:_if_exists)?|ifn?def|elifn?def|else|endif)\b.*", Comment.Preproc),
            (r"^([ \t]*)(begin)([ \t]+)(\w+)", groups(Whitespace, Keyword.Namespace, Whitespace, Name.Namespace)),
            (
                r"^([ \t]*)([A-Z]\w*)([ \t]*)(==?)",
                groups(Whitespace, Name.Constant, Whitespace, Operator),
                "value",
            ),
            (
                r"^([ \t]*)((?:hide[ \t]+)?)((?:domain|host|address|localpart)list(?:_cache)?)([ \t]+)(\w+)([ \t]*)(=)",
                groups(Whitespace, Keyword.Declaration, Keyword.Declaration, Whitespace, Name.Label, Whitespace, Operator),
                "value",
            ),
            (r"^([ \t]*)([\w-]+)(:)(?=[ \t]*$)", groups(Whitespace, Name.Label, Punctuation)),
            (r"(?:accept|defer|deny|discard|drop|require|warn)\b(?![ \t]*=)", Keyword),
            (
                r"(!?)([ \t]*)((?:hide[ \t]+)?)([a-z]\w*)([ \t]*)(=)",
                groups(Operator, Whitespace, Keyword.Declaration, Name.Attribute, Whitespace, Operator),
                "value",
            ),
            (r"\\\n", String.Escape),
            (r"[ \t\n\v\f\r]+", Whitespace),
            (r"[\w.-]+", Text),
            (r".", Text),
        ],
        "value": [
            # up to the end of the logical line
            (r"(?:[^\\\n]|\\\n|\\.)+\\?", part(ExpansionLexer), "#pop"),
            default("#pop"),
        ],
    }
