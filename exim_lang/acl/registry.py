"""The registries of ACL conditions and modifiers, of controls, and of the tests that `verify` knows.

Code registers by name; what Exim allows where, and what is expanded when, are facts (exim_lang.syntax.acl_names).

    @condition("hosts")
    def hosts(check: Check) -> bool: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from exim_lang.acl.check import Check
from exim_lang.acl.verdict import Result
from exim_lang.plugins import Registry

ConditionFunction: TypeAlias = Callable[[Check], bool | Result]
"""Whether the condition holds, negation not counted; or how it ended otherwise."""

ModifierFunction: TypeAlias = Callable[[Check], None]

ControlFunction: TypeAlias = Callable[[Check, bytes], None]
"""Gets what stands behind the name of the control: its options with the slash in front, or nothing."""

VerifyFunction: TypeAlias = Callable[[Check, list[bytes]], bool | Result]
"""Gets the parts of the argument of `verify` that slashes separate, its name first."""

CONDITIONS: Registry[ConditionFunction] = Registry("ACL condition", "exim_lang.conditions", "exim_lang.acl_conditions")
MODIFIERS: Registry[ModifierFunction] = Registry("ACL modifier", "exim_lang.conditions", "exim_lang.acl_modifiers")
CONTROLS: Registry[ControlFunction] = Registry("control", "exim_lang.conditions", "exim_lang.acl_controls")
VERIFICATIONS: Registry[VerifyFunction] = Registry("verify test", "exim_lang.conditions", "exim_lang.acl_verify")


def condition(*names: str) -> Callable[[ConditionFunction], ConditionFunction]:
    """Registers an ACL condition under each of `names`."""

    def register(function: ConditionFunction) -> ConditionFunction:
        for name in names:
            CONDITIONS.add(name, function)
        return function

    return register


def modifier(*names: str) -> Callable[[ModifierFunction], ModifierFunction]:
    """Registers an ACL modifier under each of `names`."""

    def register(function: ModifierFunction) -> ModifierFunction:
        for name in names:
            MODIFIERS.add(name, function)
        return function

    return register


def control(*names: str) -> Callable[[ControlFunction], ControlFunction]:
    """Registers what `control =` sets under each of `names`."""

    def register(function: ControlFunction) -> ControlFunction:
        for name in names:
            CONTROLS.add(name, function)
        return function

    return register


def verification(*names: str) -> Callable[[VerifyFunction], VerifyFunction]:
    """Registers a test of `verify =` under each of `names`."""

    def register(function: VerifyFunction) -> VerifyFunction:
        for name in names:
            VERIFICATIONS.add(name, function)
        return function

    return register
