"""A verb, condition or modifier of ACLs that Exim does not know.

Bad (acl):

    accept
      domain = example.org

Good (acl):

    accept
      domains = example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.model.dialect import history
from exim_lang.syntax.acl_names import acl_names
from exim_lang.syntax.acl_nodes import VERBS


@rule("unknown-acl-keyword", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    for problem, _ in survey.problems(r"unknown ACL (condition/modifier|verb)"):
        name = problem.text.string[problem.span.start : problem.span.end]
        if any(history(kind, name) is not None for kind in ("acl_condition", "acl_modifier")):
            continue
        names = acl_names(survey.dialect.version)
        guess = similar(name, [*names.conditions, *names.modifiers, *VERBS])
        yield Finding(problem.message, problem.text, problem.span, f"did you mean {guess}?" if guess else "")
