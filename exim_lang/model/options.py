"""What is known of each option: where it may stand, its type, its default (specification chapters 14 to 42)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from exim_lang.model.dialect import Dialect
from exim_lang.model.facts.table import rows
from exim_lang.model.values import Value, parse_default
from exim_lang.records import dataclass


@dataclass(frozen=True, slots=True)
class OptionFact:
    """One option at one age of it.

    `section` is "main", or "router:generic", "router:redirect", "transport:smtp" and the like. `type` is one of

        boolean boolean-expanded boolean-unset boolean-verify integer integer-K kibibytes octal fixed time time-expanded
        "time list" string "string list" "domain list" "host list" "address list" user group "user list" "group list" rewrite

    `default` is text as it could stand in a configuration. `expanded` tells that a string is expanded when it is used,
    `hidden` that -bP does not show it, `joined` what repeated settings are joined with (empty: they may not be repeated;
    "condition": all must be true).
    """

    section: str
    name: str
    type: str
    default: str
    expanded: bool
    hidden: bool
    joined: str
    since: str
    until: str
    feature: str

    @property
    def is_boolean(self) -> bool:
        return self.type.startswith("boolean")


@cache
def _of_section(section: str) -> dict[str, list[OptionFact]]:
    found: dict[str, list[OptionFact]] = {}
    for row in rows("options", section):
        flags = row["flags"].split()
        joined = next((flag[1:].replace("\\n", "\n") for flag in flags if flag.startswith("+")), "")
        fact = OptionFact(
            row["section"],
            row.name,
            row["type"],
            row["default"],
            "expanded" in flags,
            "hidden" in flags,
            joined,
            row.since,
            row.until,
            row.feature,
        )
        found.setdefault(fact.name, []).append(fact)
    return found


@cache
def find_option(dialect: Dialect, section: str, name: str) -> OptionFact | None:
    """The option of that name as the dialect has it, None when it has not."""
    known = _of_section(section).get(name, [])
    for fact in known:
        if dialect.within(fact.since, fact.until) and dialect.has_feature(fact.feature):
            return fact
    return next((fact for fact in reversed(known) if fact.feature in dialect.switched_on), None)


def options_of(dialect: Dialect, section: str) -> list[OptionFact]:
    """All options of a section that the dialect has, in Exim's order, which is that of the alphabet."""
    found = (find_option(dialect, section, name) for name in sorted(_of_section(section)))
    return [fact for fact in found if fact is not None]


def every_age(section: str, name: str) -> list[OptionFact]:
    """All that is known of an option, of any version and any build."""
    return list(_of_section(section).get(name, ()))


def sections() -> list[str]:
    """What may have options: `main`, `router:generic`, `router:redirect` and so on."""
    return sorted({row["section"] for row in rows("options")})


def names_of(section: str) -> list[str]:
    """The names of all options of a section, of any version and any build."""
    return sorted(_of_section(section))


def default_of(fact: OptionFact, defaults: Mapping[str, str]) -> Value:
    """The typed default of an option, None when it is unset; `defaults` are those that a build chose otherwise."""
    return parse_default(fact.type, defaults.get(fact.name, fact.default))
