"""What libspf2, which Exim uses, says about the outcome of an SPF check (specification section 58.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from exim_lang.expand.dns_lookup import dns_lookup, reversed_name
from exim_lang.expand.ip_address import ip_version
from exim_lang.expand.variables.options import primary_hostname

if TYPE_CHECKING:
    from collections.abc import Callable

    from exim_lang.expand.scope import Scope
    from exim_lang.expand.spf_check import SpfCheck

_COMMENTS: Final = {
    "pass": "domain of {domain} designates {address} as permitted sender",
    "fail": "domain of {domain} does not designate {address} as permitted sender",
    "softfail": "transitioning domain of {domain} does not designate {address} as permitted sender",
    "neutral": "{address} is neither permitted nor denied by domain of {domain}",
    "none": "domain of {domain} does not provide an SPF record",
    "temperror": "encountered temporary error during SPF processing of domain of {domain}",
    "permerror": "error in processing during lookup of domain of {domain}: {reason}",
}
_REASONS: Final = {
    "No valid SPF record for": "Could not find a valid SPF record",
    "redirect domain has no SPF record": "Could not find a valid SPF record",
    "Two or more": "Multiple SPF or TXT records for domain.",
    "Too many DNS lookups": "Mechanisms used too many DNS lookups",
    "More than": "Mechanisms used too many DNS lookups",
    "Unknown mechanism found": "Unknown mechanism found",
    "include has trivial recursion": "include: or redirect= caused unlimited recursion",
}
"""Permanent errors: the words of pyspf, and those of libspf2."""

DEFAULT_TEMPLATE: Final = "Please%_see%_http://www.openspf.org/Why?id=%{S}&ip=%{C}&receiver=%{R}"
"""Where libspf2 has no template, or cannot read it."""

_MACRO: Final = re.compile(r"%(?:\{([A-Za-z])(\d*)(r?)([-.+,/_=]*)\}|([_%-]))")
_BRACE: Final = re.compile(r"%\{[^}]*\}?")


def comment(host_name: str, address: str, outcome: SpfCheck) -> str:
    """`$spf_header_comment`; `host_name` is this server's."""
    reason = outcome.explanation.removeprefix("SPF Permanent Error: ")
    for words, ours in _REASONS.items():
        if words in reason:
            reason = ours
    domain = outcome.domain.decode("latin-1")
    return f"{host_name}: {_COMMENTS[outcome.result].format(domain=domain, address=address, reason=reason)}"


def received(result: str, words: str, address: str, sender: str, helo: str) -> str:
    """`$spf_received`; `words` is the comment, `sender` the address whose domain was checked."""
    return f"Received-SPF: {result} ({words}) client-ip={address}; envelope-from={sender}; helo={helo};"


def smtp_comment(scope: Scope, template: str, address: str, sender: str, outcome: SpfCheck) -> str:
    """`$spf_smtp_comment`, empty unless the client was not recognised; `template` has the macros of RFC 7208, section 7."""
    if outcome.result not in ("fail", "softfail", "neutral"):
        return ""
    if " " in template:  # libspf2 takes it for several words, and joins them in its own way
        text = template.replace(" %", "%").replace(" ", "%")
    else:
        if any(_MACRO.fullmatch(brace) is None or not _known(brace) for brace in _BRACE.findall(template)):
            template = DEFAULT_TEMPLATE
        text = expand_macros(scope, template, address, sender, outcome.domain.decode("latin-1"))
    return f"{text} : Reason: {'default' if outcome.default else 'mechanism'}"


def _known(brace: str) -> bool:
    return brace[2].lower() in "slodipvhcrt"


def expand_macros(scope: Scope, template: str, address: str, sender: str, domain: str) -> str:
    """The text with its macros replaced; a macro in upper case is encoded for a URL."""
    values: dict[str, Callable[[], str]] = {
        "s": lambda: sender,
        "l": lambda: sender.rpartition("@")[0],
        "o": lambda: domain,
        "d": lambda: domain,
        "i": lambda: address,
        "c": lambda: address,
        "p": lambda: _client_name(scope, address.encode("latin-1"), domain),
        "v": lambda: "in-addr" if ip_version(address.encode("latin-1")) == 4 else "ip6",
        "h": lambda: (scope.connection.helo_name or b"").decode("latin-1"),
        "r": lambda: primary_hostname(scope).decode("latin-1"),
        "t": lambda: str(int(scope.world.now())),
    }

    def replace(found: re.Match[str]) -> str:
        letter, digits, backwards, delimiters, simple = found.groups()
        if simple:
            return {"_": " ", "-": "%20", "%": "%"}[simple]
        value = values[letter.lower()]()
        if digits or backwards or delimiters:
            parts = re.split(f"[{re.escape(delimiters or '.')}]", value)
            parts = parts[::-1] if backwards else parts
            value = ".".join(parts[-int(digits) :] if digits and int(digits) else parts)
        if letter.isupper():
            value = re.sub("%..", lambda code: code[0].lower(), quote(value, safe="-._~", encoding="latin-1"))
        return value

    return _MACRO.sub(replace, template)


def _client_name(scope: Scope, address: bytes, domain: str) -> str:
    """The name of the client that leads back to it, one in the domain if there is one; else `unknown`."""
    good: list[str] = []
    for record in dns_lookup(scope, reversed_name(address), "PTR").records[:10]:
        name = record.data
        if isinstance(name, bytes):
            kind = "A" if ip_version(address) == 4 else "AAAA"
            if any(found.data == address for found in dns_lookup(scope, name, kind).records):
                good.append(name.decode("latin-1"))
    inside = [name for name in good if name == domain or name.endswith(f".{domain}")]
    return (inside or good or ["unknown"])[0]
