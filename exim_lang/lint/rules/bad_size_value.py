"""A size that Exim cannot read.

Sizes are whole numbers, with K, M or G behind them. `message_size_limit` is expanded, so that Exim does not look when
it starts: a bad one answers every connection with 421.

Bad (main):

    message_size_limit = 10MB

Bad (main):

    message_size_limit = 2.5M

Good (main):

    message_size_limit = 10M
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.lint.values import SIZE, size_meant
from exim_lang.syntax import expansion as tree

NAMES = ("message_size_limit", "bounce_return_size_limit", "smtp_accept_max_per_host", "check_spool_space", "check_log_space")


@rule("bad-size-value", group="options", severity="error", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant values of expanded sizes, and what Exim refuses."""
    for use in (*survey.of("main", *NAMES), *survey.of("transport", "message_size_limit")):
        value = use.constant
        if value is not None and value.strip() and not SIZE.fullmatch(value.strip()):
            meant = size_meant(value)
            edit = use.edit(use.whole, meant) if meant else None
            fix = Fix(f"write {meant}", (edit,), safe=False) if edit else None
            message = f'invalid {use.name}: invalid integer "{value}"'
            yield use.finding(use.whole, message, help=f"write {meant}" if meant else "K, M or G may follow", fix=fix)
        if value is None and len(use.tree.parts) == 1 and isinstance(choice := use.tree.parts[0], tree.If):
            for string in choice.arguments:
                chosen = constant(string)
                if chosen is not None and chosen.strip() and not SIZE.fullmatch(chosen.strip()):
                    meant = size_meant(chosen)
                    message = f'invalid {use.name}: invalid integer "{chosen}"'
                    yield use.finding(string.span, message, help=f"write {meant}" if meant else "K, M or G may follow")
    pattern = "extra characters follow integer value|^integer expected for|value .* too large"
    for problem, _ in survey.problems(pattern):
        if "$" not in problem.text.string:
            yield Finding(problem.message, problem.text, problem.span)
