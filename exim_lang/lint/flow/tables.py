"""What operators, items and lookup types do to the taint of what they work on (measured with `exim -d+expand -be`)."""

from __future__ import annotations

from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CLEARING: Final = _names("""
    base32 base32d base62 base62d eval eval10 ipv6denorm ipv6norm listcount listnamed mask md5 nh nhash randint
    reverse_ip sha1 sha2 sha256 sha3 stat strlen time_eval time_interval
""")
"""Operators whose result Exim does not taint: numbers, hashes, addresses."""

QUOTERS: Final = {
    "ibase": "ibase",
    "ldap": "ldap",
    "ldapdn": "ldap",
    "ldapm": "ldap",
    "mysql": "mysql",
    "nisplus": "nisplus",
    "oracle": "oracle",
    "pgsql": "pgsql",
    "redis": "redis",
    "sqlite": "sqlite",
    "testdb": "testdb",
    "testdb2": "testdb",
}
"""The lookup types that have a quoting operator, and which one; types share it where the value is the same."""

UNQUOTABLE: Final = frozenset(("dnsdb", "passwd", "psl", "readsock", "regdom", "spf", "testdb_nq", "whoson"))
"""Query types without any quoting, whose queries Exim does not check."""

SQL: Final = frozenset(("ibase", "mysql", "oracle", "pgsql", "sqlite"))

CUTTING: Final = _names("""
    base64d expand extract from_utf8 hex2b64 l length listextract map reduce rfc2047d s sg substr tr xtextd
""")
"""What can undo a quoting that was done before it: it cuts characters off, or brings new ones in."""

HARMLESS: Final = frozenset(("base64", "h", "hash", "str2b64"))
"""What leaves nothing but letters, digits and a few signs that no query minds."""

CLEANSING: Final = _names("""
    address base64 base64d domain escape escape8bit extract hash hexquote if l lc length listextract local_part map
    quote quote_local_part rfc2047 rxquote s sg substr tr uc utf8clean
""")
"""What people take for a way to make a value clean, and Exim does not."""

PROGRAMS: Final = {"dlfunc": "${dlfunc}", "env": "${env}", "perl": "${perl}", "readsocket": "${readsocket}", "run": "${run}"}
"""Items whose results Exim trusts, whatever they were given."""


def quoter_of(operator: str) -> str:
    """The quoting that an operator `quote_mysql`, `quote_ldap_dn` does; empty for others, and for types that have none."""
    word, _, type = operator.partition("_")
    if word != "quote" or not type or type == "local_part":
        return ""
    return QUOTERS.get(type.partition("_")[0], "")


def type_of(written: str) -> str:
    """The name of a lookup type without its prefix (`partial-`) and what stands behind it (`*@`, `,ret=key`)."""
    return written.partition(",")[0].strip().rstrip("*@").rpartition("-")[2]


def options_of(written: str) -> dict[str, str]:
    """The options behind the name of a lookup type."""
    pairs = (option.partition("=") for option in written.split(",")[1:])
    return {name.strip(): value.strip() for name, _, value in pairs}
