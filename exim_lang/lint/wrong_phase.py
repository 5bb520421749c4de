"""What stands in an ACL that runs when it cannot be used (the phases are those of `model/facts/acl.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.acl.phases import spoken
from exim_lang.lint.finding import Finding
from exim_lang.syntax.acl_names import AclFact, acl_facts
from exim_lang.syntax.acl_nodes import Condition, Modifier

if TYPE_CHECKING:
    from exim_lang.lint.survey import Survey

_NAME = re.compile(r"\s*([A-Za-z_]+)")


def wrong_conditions(survey: Survey, *, modifiers: bool) -> Iterator[Finding]:
    """Conditions, or else modifiers, that Exim refuses to test in a phase in which their ACL runs."""
    for acl, _, statement in survey.statements:
        for node in statement.conditions:
            fact = acl_facts().get(("condition", node.name))
            if fact is None or (fact.kind == "modifier") is not modifiers:
                continue
            phase = _wrong_phase(survey, acl.name, fact)
            if phase:
                word = "cannot use" if modifiers else "cannot test"
                kind = "modifier" if isinstance(node, Modifier) else "condition"
                yield Finding(f"{word} {node.name} {kind} in {spoken(phase)} ACL", node.text, node.span)


def wrong_controls(survey: Survey) -> Iterator[Finding]:
    """`control =` with a word that Exim refuses in a phase."""
    for use in survey.of("acl", "control"):
        found = _NAME.match(use.text.string)
        fact = acl_facts().get(("control", found[1])) if found else None
        phase = _wrong_phase(survey, getattr(use.owner, "name", ""), fact) if fact else ""
        if phase and found:
            yield use.finding(use.whole, f'cannot use "control={found[1]}" in {spoken(phase)} ACL')


def wrong_verifications(survey: Survey) -> Iterator[Finding]:
    """`verify =` with a word that Exim refuses in a phase."""
    for use in survey.of("acl", "verify"):
        found = _NAME.match(use.text.string)
        fact = acl_facts().get(("verify", found[1])) if found else None
        phase = _wrong_phase(survey, getattr(use.owner, "name", ""), fact) if fact else ""
        if phase and found and isinstance(use.node, Condition):
            yield use.finding(use.whole, f"cannot verify {found[1]} in ACL for {spoken(phase)}")


def _wrong_phase(survey: Survey, acl: str, fact: AclFact) -> str:
    """A phase in which the ACL certainly runs and the name is not allowed, empty when there is none."""
    version = survey.dialect.version
    if survey.dialect.build.name != "complete" and not survey.dialect.build.has(fact.feature):
        return ""
    direct = sorted(survey.direct_phases.get(acl, ()))
    for phase in direct:
        if not fact.allowed_in(phase, version):
            return phase
    others = sorted(survey.phases.get(acl, ()))
    if others and not direct and not any(fact.allowed_in(phase, version) for phase in others):
        return others[0]
    return ""
