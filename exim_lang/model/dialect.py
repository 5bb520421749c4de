"""Which Exim: its version, how it was built, and what names it therefore knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property

from exim_lang.errors import UsageError
from exim_lang.model.facts.table import Row, file_text, rows
from exim_lang.records import dataclass, field
from exim_lang.source.late import Late

NEWEST = (4, 99)

_NOT_SHOWN = ("Not shown:", "Default ", "Configuration file ")
"""Lines of a build's description that `-bV` does not print, or not as the build's: features that it keeps to itself,
defaults of main options that were chosen when it was compiled."""


@dataclass(frozen=True, eq=False)
class Build:
    """How a binary was built, in the words that `exim -bV` prints.

    `support` are the words behind "Support for:" (`IPv6`, `OpenSSL`, `Content_Scanning`); the other sets are lookup types,
    drivers and malware scanners. `defaults` are values of main options that were fixed when it was compiled.
    """

    name: str
    version: tuple[int, int]
    support: frozenset[str]
    lookups: frozenset[str]
    authenticators: frozenset[str]
    routers: frozenset[str]
    transports: frozenset[str]
    malware: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    """What `-bV` prints, as far as it does not depend on the configuration."""

    @cached_property
    def features(self) -> frozenset[str]:
        """Everything built in, as the fact files name it: `dkim`, `openssl`, `lookup ldap`, `transport pipe`."""
        found = {word.lower().removeprefix("experimental_") for word in self.support}
        for kind, names in (
            ("lookup", self.lookups),
            ("authenticator", self.authenticators),
            ("router", self.routers),
            ("transport", self.transports),
            ("malware", self.malware),
        ):
            found.update(f"{kind} {name}" for name in names)
        if found & {"openssl", "gnutls"}:
            found.add("tls")
        return frozenset(found)

    def has(self, feature: str) -> bool:
        """Whether a feature (as in the fact files) is built in; `a|b` asks for one of them, an empty one always is."""
        return not feature or any(word in self.features for word in feature.split("|"))

    @classmethod
    def parse(cls, output: str, name: str = "") -> Build:
        """Reads what `exim -bV` printed; raises UsageError when it is something else."""
        version = re.search(r"^Exim version (\d+)\.(\d+)", output, re.MULTILINE)
        if version is None:
            raise UsageError('this is not the output of "exim -bV"')
        words: dict[str, list[str]] = {}
        for line in output.splitlines():
            key, colon, rest = line.partition(":")
            if colon:
                words.setdefault(key.strip(), []).extend(rest.split())
        transports: set[str] = set()
        support = set(words.get("Support for", ())) | set(words.get("Not shown", ()))
        for word in words.get("Transports", ()):
            first, *formats = word.split("/")
            transports.add(first)
            support.update(f"{first}/{item}" for item in formats)
        return cls(
            name=name or f"{version[1]}.{version[2]}",
            version=(int(version[1]), int(version[2])),
            support=frozenset(support),
            lookups=frozenset(words.get("Lookups (built-in)", ())) | frozenset(words.get("Lookups", ())),
            authenticators=frozenset(words.get("Authenticators", ())),
            routers=frozenset(words.get("Routers", ())),
            transports=frozenset(transports),
            malware=frozenset(words.get("Malware", ())),
            defaults={key[8:]: " ".join(rest) for key, rest in words.items() if key.startswith("Default ")},
            lines=tuple(line for line in output.splitlines() if not line.startswith(_NOT_SHOWN)),
        )


@cache
def version_of(text: str) -> tuple[int, int]:
    """`4.96` as (4, 96), patch releases (`4.94.2`) without their last number; raises UsageError."""
    match = re.fullmatch(r"(\d+)\.(\d+)(?:\.\d+)*(?:[-_+].*)?", text)
    if match is None:
        raise UsageError(f'"{text}" is not a version of Exim')
    return int(match[1]), int(match[2])


@cache
def build_profile(version: str) -> Build:
    """The build whose features are taken for a version when no other is given.

    4.69 and older: one with all experimental features of its time; up to 4.96: Debian's exim4-daemon-heavy; newer: one with
    nearly everything, using OpenSSL.
    """
    number = version_of(version)
    if number <= (4, 69):
        name = "everything-4.69"
    else:
        name = "everything-4.99" if number > (4, 96) else "debian-heavy-4.96"
    return Build.parse(file_text(f"build-{name}.txt"), name)


@cache
def complete_build(version: str) -> Build:
    """A build with everything that can be built in together, for questions to which the build does not matter: with OpenSSL."""
    names: dict[str, set[str]] = {}
    for row in rows("names"):
        names.setdefault(row["kind"], set()).add(row.name)
    tables = ("names", "options", "macros", "acl")
    support = {word for table in tables for row in rows(table) for word in row.feature.split("|")}
    return Build(
        "complete",
        version_of(version),
        frozenset(word for word in support if word and " " not in word) - {"gnutls"},
        frozenset(names["lookup"]),
        frozenset(names["authenticator"]),
        frozenset(names["router"]),
        frozenset(names["transport"]),
        frozenset(names["malware"]),
    )


@dataclass(frozen=True, eq=False)
class Dialect:
    """The language of one version and build. Version is (major, minor): (4, 99).

    `switched_on` are features, as the fact files name them, whose names are known whatever version and build say.
    """

    version: tuple[int, int] = NEWEST
    build: Build = field(default_factory=lambda: build_profile(f"{NEWEST[0]}.{NEWEST[1]}"))
    switched_on: frozenset[str] = frozenset()

    def has(self, row: Row) -> bool:
        """Whether a row of a fact file holds: its `since`, `until` and `feature` columns."""
        if self.switched_on and not self.switched_on.isdisjoint(row.feature.split("|")):
            return True
        return self.within(row.since, row.until) and self.build.has(row.feature)

    def has_feature(self, feature: str) -> bool:
        """Whether a feature (as in the fact files) is built in, or switched on by name."""
        return feature in self.switched_on or self.build.has(feature)

    def within(self, since: str, until: str = "") -> bool:
        """Whether the version is `since` (such as "4.96"; empty: always) or newer, and older than `until`."""
        return (not since or self.version >= version_of(since)) and (not until or self.version < version_of(until))

    def knows(self, kind: str, name: str) -> bool:
        """Whether this Exim has a name of a kind.

        Kinds: acl_condition, acl_control, acl_modifier, acl_verb, acl_verify, authenticator, debug_selector, event,
        condition, item, operator, variable, log_selector, lookup, main_option, malware, router, transport, and
        `router_option:redirect` (`:generic` for those of all routers) and its kin.
        """
        row = _names(kind).get(name)
        return row is not None and self.has(row)

    def lacks(self, kind: str, name: str) -> bool:
        """Whether a name of a kind exists in some Exim, but not in this one. Names that no Exim has are plug-ins' own."""
        row = _names(kind).get(name)
        return row is not None and not self.has(row)

    def names(self, kind: str) -> list[str]:
        """All names of a kind that this Exim has, sorted."""
        return sorted(name for name, row in _names(kind).items() if self.has(row))

    @cached_property
    def predefined(self) -> Mapping[str, str]:
        """The macros that this Exim defines itself, in its order: `_HAVE_IPV6` and so on (chapter 6.7)."""
        return Late(lambda: {row.name: row["value"] or "y" for row in rows("macros") if self.has(row)})

    def __str__(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"


def history(kind: str, name: str) -> Row | None:
    """When a name came and went: `.since`, `.until`, `.feature`, `["renamed"]`; None for a name that never was."""
    return _names(kind).get(name)


def kinds() -> list[str]:
    """The kinds of names whose history is known."""
    return sorted({row["kind"] for row in rows("names")})


@cache
def _names(kind: str) -> dict[str, Row]:
    return {row.name: row for row in rows("names", kind)}


def dialect_for(version: str = "", build: Build | None = None) -> Dialect:
    """The dialect of a version (default: that of the build, else the newest), with the usual build for it.

    `4.99+domainkeys` is 4.99 with the names of a feature that it does not have; more words may follow, each behind a `+`.
    Raises UsageError for a version or a feature that there is not.
    """
    version, *words = version.split("+")
    if words:
        plain = dialect_for(version, build)
        return Dialect(plain.version, plain.build, frozenset(map(_feature, words)))
    if build is not None:
        return Dialect(version_of(version) if version else build.version, build)
    number = version_of(version) if version else NEWEST
    return Dialect(number, build_profile(f"{number[0]}.{number[1]}"))


def _feature(word: str) -> str:
    known = {feature for row in rows("names") if row.feature for feature in row.feature.split("|")}
    if word not in known:
        raise UsageError(f'"{word}" is not a feature that can be switched on: {", ".join(sorted(known))}')
    return word


def complete_dialect(version: str = "") -> Dialect:
    """The dialect of a version (default: the newest) with everything that can be built in."""
    number = version_of(version) if version else NEWEST
    return Dialect(number, complete_build(f"{number[0]}.{number[1]}"))
