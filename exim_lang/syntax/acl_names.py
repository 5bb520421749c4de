"""The names that may stand in an ACL, as facts: conditions, modifiers, controls and the things that `verify` tests.

The table is `exim_lang/model/facts/acl.tsv`, one name a row. Its column `phases` lists the ACLs that a name may stand in;
`not` in front lists those that it may not; `HELO@4.97` is "may, since 4.97", `HELO<4.97` "may, before 4.97". `4.51<4.70` in
the column `since` is "since 4.51, before 4.70". `feature` is
what has to be compiled in, in small letters as a dialect's build names it (`dkim`, `content_scanning`).
"""

from __future__ import annotations

import pkgutil
import re
from functools import cache
from typing import Literal, TypeAlias, cast

from exim_lang.records import dataclass

Kind: TypeAlias = Literal["condition", "modifier", "control", "verify"]
Version: TypeAlias = tuple[int, int]

NEWEST: Version = (4, 99)
PHASES: tuple[str, ...] = (
    "CONNECT", "HELO", "MAIL", "RCPT", "PREDATA", "MIME", "DKIM", "DATA", "PRDR", "NOTSMTP", "NOTSMTP_START",
    "AUTH", "ATRN", "ETRN", "EXPN", "MAILAUTH", "NOTQUIT", "QUIT", "STARTTLS", "WELLKNOWN", "VRFY",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AclFact:
    """One row: what Exim knows of one name.

    `flag` of a condition or modifier says that its argument is expanded before anything else is done with it; of a
    control or a verify test that it takes options behind a slash. `since` is (0, 0) for "always"; `until` is the first version
    that does not have it any more, None where all later ones do.
    """

    kind: Kind
    name: str
    flag: bool
    since: Version
    feature: str
    phases: str
    until: Version | None = None

    def known_in(self, version: Version, switched_on: frozenset[str] = frozenset()) -> bool:
        """Whether an Exim of `version` has the name, or has its feature `switched_on`; what is built in does not count."""
        in_time = self.since <= version and (self.until is None or version < self.until)
        return in_time or (self.feature != "" and self.feature in switched_on)

    def allowed_in(self, phase: str, version: Version = NEWEST) -> bool:
        """Whether the name may be used in the ACL of `phase` (a name from PHASES) by an Exim of `version`."""
        return phase in allowed_phases(self.phases, version) if phase in PHASES else self.phases.startswith(("all", "not"))


@cache
def allowed_phases(phases: str, version: Version) -> frozenset[str]:
    """The phases that a cell of the column `phases` allows in an Exim of `version`."""
    return frozenset(phase for phase in PHASES if _allows(phases.split(), phase, version))


def _allows(words: list[str], phase: str, version: Version) -> bool:
    if words == ["all"]:
        return True
    inverted = words[0] == "not"
    for word in words[1:] if inverted else words:
        name, sign, limit = re.split("([@<])", word) if "@" in word or "<" in word else (word, "", "")
        if name == phase:
            if not sign:
                return not inverted
            return (version >= parse_version(limit)) == (sign == "@")
    return inverted


@dataclass(frozen=True, slots=True)
class AclNames:
    """The names of conditions and modifiers that a dialect knows."""

    conditions: frozenset[str]
    modifiers: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name in self.modifiers or self.has_condition(name)

    def has_condition(self, name: object) -> bool:
        """Whether there is a condition of that name, in Exim or in a plug-in."""
        return name in self.conditions or (("condition", name) not in acl_facts() and name in plug_in_conditions())


@cache
def plug_in_conditions() -> frozenset[str]:
    """The names of the conditions that installed packages add: those of their entry points."""
    from importlib.metadata import entry_points  # 30 ms that only unknown names pay for

    return frozenset(entry_points(group="exim_lang.acl_conditions").names)


def parse_version(version: str) -> Version:
    """`"4.97"` as (4, 97)."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)


@cache
def acl_facts() -> dict[tuple[str, str], AclFact]:
    """All rows by (kind, name); the kind of modifiers is "condition" here, because the names of both are one set."""
    table = pkgutil.get_data("exim_lang.model.facts", "acl.tsv")
    assert table is not None  # the loaders of Python can all read data
    facts = {}
    for line in table.decode("ascii").splitlines()[1:]:
        kind, name, flag, since, feature, phases = line.split("\t")
        first, _, end = since.partition("<")
        until = parse_version(end) if end else None
        fact = AclFact(cast(Kind, kind), name, bool(flag), parse_version(first) if first else (0, 0), feature, phases, until)
        facts["condition" if kind == "modifier" else kind, name] = fact
    return facts


@cache
def acl_names(
    version: Version = NEWEST, features: frozenset[str] | None = None, switched_on: frozenset[str] = frozenset()
) -> AclNames:
    """The conditions and modifiers of an Exim of `version` that was built with `features` (None: with all).

    Features are the words that `-bV` prints, in letters of any case; those `switched_on` count whatever the version.
    """
    built = None if features is None else {feature.lower() for feature in features} | switched_on
    known = [
        fact
        for fact in acl_facts().values()
        if fact.known_in(version, switched_on) and (not fact.feature or built is None or fact.feature in built)
    ]
    return AclNames(
        frozenset(fact.name for fact in known if fact.kind == "condition"),
        frozenset(fact.name for fact in known if fact.kind == "modifier"),
    )
