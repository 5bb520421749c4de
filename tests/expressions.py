"""Random expansion strings: shapes from the grammar, names from the registries, values that the names make sense of.

Most strings are well formed, some are broken on purpose. `Maker` takes any source of randomness, so that a number makes a
string again and Hypothesis can draw one.
"""


from __future__ import annotations

from collections.abc import Sequence
from random import Random

from exim_lang.expand.registry import CONDITIONS, ITEMS, OPERATORS
from exim_lang.expand.shapes import EACH
from tests.expression_words import (
    ARGUMENTS,
    LIST_OPTIONS,
    LOOKUPS,
    OPERANDS,
    PATTERNS,
    SPACES,
    TEXTS,
    UNUSED,
    VARIABLES,
    WORDS,
)  # fmt: skip

NUMBERS = frozenset({"<", "<=", "=", "==", ">", ">="})
MATCHES = {
    "match_domain": "domain", "match_address": "address", "match_local_part": "local part", "match_ip": "ip list",
}  # fmt: skip
BROKEN = 0.18  # the share of strings that are broken on purpose


class Maker:
    """Makes one string after the other."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.operators = sorted(set(OPERATORS) - set(UNUSED))
        self.items = sorted({*ITEMS, "map", "reduce", "sort", "filter", "if", "lookup"} - set(UNUSED))
        self.conditions = sorted({*CONDITIONS, *EACH, "and", "or", "!", "def"} - set(UNUSED))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, choices: Sequence[str]) -> str:
        return choices[self.random.randrange(len(choices))]

    def space(self) -> str:
        return self.pick(SPACES) if self.chance(0.15) else ""

    def line(self) -> str:
        """One line for `-be` (latin-1, one character a byte): no macro definition, no continuation."""
        depth = self.random.choice((1, 2, 2, 3, 3, 4))
        text = self.part(depth) if self.chance(0.7) else self.string(depth)
        if self.chance(BROKEN):
            for _ in range(self.random.randrange(1, 3)):
                text = self.broken(text)
        if text[:1].isupper() or text[:3] == "set":
            text = "-" + text
        return text + "." if text.rstrip(" \t\r\v\f").endswith("\\") else text

    def broken(self, text: str) -> str:
        if not text:
            return self.pick(("$", "${", "\\", "}", "${if", "${x"))
        at = self.random.randrange(len(text))
        braces = [n for n, character in enumerate(text) if character in "{}"]
        match self.random.randrange(7):
            case 0:
                return text[:at] + text[at + 1 :]
            case 1:
                return text[:at] + text[at] + text[at:]
            case 2 | 3 if braces:
                brace = self.random.choice(braces)
                return text[:brace] + text[brace + 1 :]
            case 4:
                return text[:at] + self.pick(("$", "{", "}", "\\", ":", "_", " ", "x", "0", "!", "$h_", "fail")) + text[at:]
            case 5:
                return text[:at]
            case _:
                other = self.random.randrange(len(text))
                low, high = min(at, other), max(at, other)
                return text[:low] + text[high : high + 1] + text[low + 1 : high] + text[low : low + 1] + text[high + 1 :]

    # ---- strings

    def string(self, depth: int) -> str:
        count = self.random.choice((0, 1, 1, 1, 2, 2, 3)) if depth > 0 else self.random.choice((0, 1, 1, 2))
        return "".join(self.part(depth) for _ in range(count))

    def part(self, depth: int) -> str:
        kind = self.random.random()
        if depth <= 0 or kind < 0.2:
            return self.text()
        if kind < 0.32:
            return self.variable()
        if kind < 0.58:
            return self.operator(depth - 1)
        if kind < 0.83:
            return self.item(self.pick(self.items), depth - 1)
        return self.item("if", depth - 1)

    def text(self) -> str:
        kind = self.random.random()
        if kind < 0.75:
            return self.pick(TEXTS)
        if kind < 0.82:
            return "".join(self.pick(WORDS) for _ in range(self.random.randrange(1, 4)))
        if kind < 0.9:
            return self.pick(("\\n", "\\t", "\\x41", "\\101", "\\x", "\\\\", "\\}", "\\{", "\\$", "\\x80", "\\377", "\\r",
                              "\\z"))
        if kind < 0.95:
            return f"\\N{self.pick(PATTERNS)}\\N"
        return "".join(chr(self.random.randrange(128, 256)) for _ in range(self.random.randrange(1, 4)))

    def value(self, kind: str, depth: int) -> str:
        """A string that is, as often as not, what `kind` asks for."""
        if kind in ARGUMENTS and self.chance(0.7):
            return self.pick(ARGUMENTS[kind])
        return self.string(depth)

    def braced(self, kind: str, depth: int) -> str:
        return f"{self.space()}{{{self.space() if self.chance(0.2) else ''}{self.value(kind, depth)}}}"

    def variable(self) -> str:
        name = self.pick(VARIABLES)
        kind = self.random.random()
        if kind < 0.5:
            return f"${name}"
        if kind < 0.85:
            return f"${{{name}}}"
        if kind < 0.95:
            style = self.pick(("h", "header", "rh", "bh", "lh", "rheader"))
            return f"${style}_{self.pick(('Subject', 'subject', 'X-None', 'from', 'To', ''))}:"
        return self.pick(("$nosuch", "${nosuch}", "$h_subject", "$0", "${1}", "$12", "$acl_x", "$acl_m", "$1a", "${1a}"))

    def operator(self, depth: int) -> str:
        name = self.pick(self.operators)
        if name in ("length", "l", "substr", "s", "hash", "h", "nhash", "nh") and self.chance(0.85):
            numbers = [self.pick(("0", "1", "2", "3", "5", "10", "-1", "-3", "26", "62", "63", "100")) for _ in range(2)]
            name += self.pick((f"_{numbers[0]}", f"_{numbers[0]}_{numbers[1]}"))
        elif name in ("mask", "listnamed", "randint", "sha3", "sha2", "base64") and self.chance(0.4):
            name += self.pick(("_d", "_224", "_256", "_384", "_512", "_h", "_l", "_a", "_x", "_"))
        elif self.chance(0.02):
            name += self.pick(("_1", "x", "_", "-1"))
        if name.startswith("quote") and self.chance(0.2):
            name = self.pick(("quote_lsearch", "quote_mysql", "quote_pgsql", "quote_ldap", "quote_ldap_dn", "quote_sqlite",
                              "quote_dsearch", "quote_nosuch", "quote_nis", "quote_passwd"))  # fmt: skip
        return f"${{{name}:{self.value(OPERANDS.get(name.partition('_')[0], ''), depth)}}}"

    # ---- items

    def item(self, name: str, depth: int) -> str:
        match name:
            case "if":
                return f"${{if{self.pick(SPACES)}{self.condition(depth)}{self.choice(depth)}}}"
            case "lookup":
                return self.lookup(depth)
            case "filter":
                items = self.braced("list", depth)
                return f"${{filter{items}{self.space()}{{{self.condition(depth, loop=True)}}}}}"
            case "map":
                return f"${{map{self.braced('list', depth)}{{{self.loop_string(depth)}}}}}"
            case "reduce":
                return f"${{reduce{self.braced('list', depth)}{self.braced('', depth)}{{{self.loop_string(depth)}}}}}"
            case "sort":
                order = self.braced("comparator", depth)
                return f"${{sort{self.braced('list', depth)}{order}{{{self.loop_string(depth)}}}}}"
            case "extract":
                return self.extract(depth)
            case "run":
                option = self.pick(("", "", ",preexpand", ",x"))
                words = self.value("words", depth) if option == ",preexpand" else self.pick(ARGUMENTS["words"])
                return f"${{run{option}{{/bin/echo {words}}}{self.choice(depth)}}}"
        entry = ITEMS[name]
        count = self.random.randrange(entry.least, min(entry.most, 4) + 1)
        if self.chance(0.03):
            count = self.random.randrange(0, entry.most + 2)
        parts = "".join(self.braced(f"{name} {n + 1}", depth) for n in range(count))
        return f"${{{name}{parts}{self.choice(depth) if entry.choice else self.space()}}}"

    def loop_string(self, depth: int) -> str:
        if self.chance(0.5):
            return self.pick(("$item", "${item}", "<$item>", "${uc:$item}", "${eval:$item+1}", "$value$item", "${strlen:$item}",
                              "${eval:0$value+0$item}", "$item,", "${extract{1}{=}{$item}}", "${sg{$item}{a}{b}}"))  # fmt: skip
        return self.string(depth)

    def extract(self, depth: int) -> str:
        kind = self.random.random()
        if kind < 0.3:
            return f"${{extract{self.braced('key', depth)}{self.braced('pairs', depth)}{self.choice(depth)}}}"
        if kind < 0.65:
            separators, data = self.braced("separators", depth), self.braced("fields", depth)
            return f"${{extract{self.braced('number', depth)}{separators}{data}{self.choice(depth)}}}"
        style = self.pick((" json", " jsons", "json", " jsonx")) if self.chance(0.95) else " x"
        key = self.braced(self.pick(("key", "number")), depth)
        return f"${{extract{style}{key}{self.braced('json', depth)}{self.choice(depth)}}}"

    def lookup(self, depth: int) -> str:
        kind = self.pick(LOOKUPS)
        if kind.startswith("passwd"):
            return f"${{lookup{self.braced('user', depth)} {kind}{self.choice(depth)}}}"
        file = self.braced("directory" if kind.startswith("dsearch") else "file", 0)
        return f"${{lookup{self.braced('lookup key', depth)} {kind}{file}{self.choice(depth)}}}"

    def choice(self, depth: int) -> str:
        """`{yes}{no}` and what may stand in their place."""
        kind = self.random.random()
        if kind < 0.2:
            return self.space()
        if kind < 0.4:
            return self.braced("yes", depth)
        if kind < 0.5:
            return self.braced("yes", depth) + self.pick(("fail", " fail", " fail "))
        if kind < 0.53:
            return self.pick((" fail", "fail"))
        return self.braced("yes", depth) + self.braced("no", depth) + self.space()

    # ---- conditions

    def condition(self, depth: int, loop: bool = False) -> str:
        if loop and self.chance(0.6):
            return self.pick(("eq{$item}{a}", "match{$item}{\\N^a\\N}", "!eq{$item}{}", "> {$item}{2}", "inlist{$item}{a:b}",
                              "<={1}{$item}", "def:item", "isip{$item}", "bool{$item}"))  # fmt: skip
        name = self.pick(self.conditions)
        if depth <= 0 and name in ("and", "or", "!", *EACH):
            name = "eq"
        match name:
            case "!":
                return f"!{self.space()}{self.condition(depth - 1)}"
            case "and" | "or":
                members = (f"{self.space()}{{{self.condition(depth - 1)}}}" for _ in range(self.random.randrange(0, 4)))
                return f"{name}{self.space()}{{{''.join(members)}{self.space()}}}"
            case "def":
                header = self.pick(("h_subject:", "h_x:", "header_to:", "nosuch", "acl_m_x", "rh_"))
                return f"def:{self.pick(VARIABLES) if self.chance(0.7) else header}"
            case "acl":
                arguments = "".join(self.braced("", depth) for _ in range(self.random.randrange(0, 3)))
                return f"acl{{{self.braced('acl 1', depth)}{arguments}}}"
        if name in EACH:
            kind = "json" if "json" in name else "list"
            inner = self.condition(depth - 1, loop=True)
            return f"{name}{self.braced(kind, depth)}{self.space()}{{{self.space()}{inner}{self.space()}}}"
        if name in MATCHES:
            option = self.pick(LIST_OPTIONS[MATCHES[name]])
            subject = "ip" if name == "match_ip" else MATCHES[name].replace("local part", "user")
            return f"{name}{self.braced(subject, depth)}{self.space()}{{{option}}}"
        first = "number" if name in NUMBERS else f"{name} 1"
        second = "number" if name in NUMBERS else f"{name} 2"
        count = CONDITIONS[name].least
        if self.chance(0.02):
            count = self.random.randrange(0, 4)
        return name + "".join(self.braced((first, second)[min(n, 1)], depth) for n in range(count))
