"""Names that were replaced by others, each with a rule of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey
    from exim_lang.lint.uses import Use

SPECIAL: Final = re.compile(
    r"tpda_.*|proxy_required_hosts|proxy_(host|target)_(address|port)|dmarc_ar_header|dk_.*|dkim_verify|demime|demime_errorlevel"
    r"|found_extension|gnutls_require_.*|srs.*|bmi_.*|tcp_wrappers_daemon_name|pwcheck|dmarc_verify_disable"
)
"""Names that are gone and that a rule of its own speaks of."""


def old_variables(survey: Survey, names: Mapping[str, str]) -> Iterator[tuple[Use, Span, str]]:
    """Where variables of some names are used, by themselves or behind `def:`: the name's characters, and what it is called."""
    for use, node in survey.nodes(tree.Variable):
        if node.name in names:
            start = node.span.start + (2 if node.braced else 1)
            yield use, Span(start, start + len(node.name)), node.name
    for use, defined in survey.nodes(tree.Def):
        if defined.header is None and defined.name in names:
            start = defined.span.start + len("def:")
            yield use, Span(start, start + len(defined.name)), defined.name


def replaced(survey: Survey, *names: str) -> Iterator[Finding]:
    """Findings for names that are gone, with their successors."""
    for one in survey.absent:
        if one.name not in names:
            continue
        finding = one.finding()
        at = one.text.string.find(one.name, one.span.start)
        simple = re.fullmatch(r"\w+", one.renamed) is not None and at >= 0
        edit = edit_of(one.text, Span(at, at + len(one.name)), one.renamed) if simple else None
        fix = Fix(f"write {one.renamed}", (edit,)) if edit else None
        yield Finding(finding.message, finding.text, finding.span, finding.help, fix)


def renamed_option(survey: Survey, old: str, new: str) -> Iterator[Finding]:
    """A finding for a main option that no Exim knows by its old name, with and without the prefix of a boolean."""
    for problem, _ in survey.problems(f'^main option "(no_|not_)?{old}" unknown'):
        edit = edit_of(problem.text, problem.span, new)
        fix = Fix(f"write {new}", (edit,)) if edit else None
        yield Finding(problem.message, problem.text, problem.span, f"write {new}", fix)
