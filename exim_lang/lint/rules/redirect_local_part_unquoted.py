"""A new address is made of a local part that is not quoted.

The local part may be a quoted one, `"a,b"`, and then stands there without its quotes: the result is no address, or two of
them, or a command.

Bad (router):

    r1:
      driver = redirect
      data = $local_part@new.example

Good (router):

    r1:
      driver = redirect
      data = ${quote_local_part:$local_part}@new.example
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.alternatives import alternatives
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree


@rule("redirect-local-part-unquoted", group="taint", severity="warning", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """`$local_part` in front of an `@` in `data` of redirect routers."""
    for use in survey.of("router", "data"):
        if not isinstance(use.owner, Driver) or use.owner.driver != "redirect":
            continue
        for string in alternatives(use.tree):
            for number, part in enumerate(string.parts):
                if _is_local_part(part) and _ends(string.parts[number + 1 :]) and not _is_text(string.parts[:number]):
                    source = use.source(part.span)
                    quoted = f"${{quote_local_part:{source}}}"
                    edit = use.edit(part.span, quoted)
                    fix = Fix("quote it with quote_local_part", (edit,)) if edit is not None else None
                    message = f"{source} is not quoted: the result may be another address, or none"
                    yield use.finding(part.span, message, help=f"write {quoted}", fix=fix)


def _is_text(before: tuple[tree.Part, ...]) -> bool:
    """Whether what stands in front makes a text of it: `:fail:` and its kin, or an Exim filter."""
    words = b"".join(part.value for part in before if isinstance(part, tree.Literal))
    return any(word in words for word in (b":fail:", b":defer:", b":blackhole:", b"# Exim filter", b"#Exim filter"))


def _ends(behind: tuple[tree.Part, ...]) -> bool:
    """Whether an `@` follows, perhaps behind a suffix."""
    for part in behind:
        if isinstance(part, tree.Literal):
            return part.value.startswith(b"@")
        if not isinstance(part, tree.Variable) or not part.name.startswith("local_part_suffix"):
            return False
    return False


def _is_local_part(part: tree.Part) -> bool:
    match part:
        case tree.Variable(name="local_part" | "original_local_part" | "parent_local_part"):
            return True
        case tree.Operator(name="lc" | "uc"):
            return len(part.operand.parts) == 1 and _is_local_part(part.operand.parts[0])
        case _:
            return False
