"""Exim's command line flags, as far as they make sense offline (specification chapter 5).

Flags that Exim takes and that change nothing here (daemon, queue and debugging flags without an offline meaning) are
refused by name rather than ignored: a run that did something else than asked is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence

from exim_lang.errors import UsageError
from exim_lang.records import dataclass, field

MODES = {"-be": "be", "-bem": "be", "-bh": "bh", "-bhc": "bh", "-bP": "bp", "-bV": "bv", "-bt": "bt"} | {
    "-bv": "bverify",
    "-bvs": "bverify",
    "-bm": "bm",
    "-bf": "bf",
    "-bF": "bf",
    "-brt": "brt",
    "-brw": "brw",
}
PLAIN = {"-v", "-N", "-odi", "-odb", "-odq", "-odf", "-oee", "-oem", "-oep", "-oeq", "-oew", "-x", "-G", "-oMm"}
FILTER_FACTS = {"-bfd", "-bfl", "-bfp", "-bfs"}
"""What the address is that a filter file is tested for."""
WITH_VALUE = {"-f", "-F", "-oMa", "-oMaa", "-oMai", "-oMas", "-oMi", "-oMr", "-oMs", "-oMt", "-oX", "-p", "-oB", "-oP"}


@dataclass(slots=True)
class Flags:
    """One command line. Text is latin-1, one character a byte; `mode` is "" when no `-b...` flag was given."""

    config_path: str = ""
    macros: dict[str, str] = field(default_factory=dict)
    mode: str = ""
    mode_flag: str = ""
    arguments: list[str] = field(default_factory=list)
    sender: str | None = None
    sender_name: str | None = None
    facts: dict[str, str] = field(default_factory=dict)
    """`-oM...` and `-p`: flag (without its dash) to value, such as `oMa` to `192.0.2.1.25`."""
    debug: str | None = None
    """What stood behind `-d`, or None without the flag."""
    verbose: bool = False
    version: str = ""
    """`--exim-version`: the dialect, such as `4.96`."""
    dns: str = ""
    allow: list[str] = field(default_factory=list)
    root: str = ""
    fixtures: str = ""
    record: str = ""
    strict_quoting: bool = False
    extract: bool = False
    """`-t`: the recipients stand in the header of the message."""
    dots: bool = True
    """A line with a single dot ends a message (no `-i`)."""


def parse_flags(words: Sequence[str]) -> Flags:
    """Reads the words of a command line; raises UsageError for what is not understood."""
    flags = Flags()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            flags.arguments += rest
            break
        if not word.startswith("-") or word == "-":
            flags.arguments.append(word)
        elif word.startswith("--"):
            own_option(flags, word, rest)
        elif flags.mode in ("bp",) and word not in MODES and not word.startswith(("-C", "-D")):
            flags.arguments.append(word)
        else:
            exim_flag(flags, word, rest)
    return flags


def value_of(word: str, rest: list[str]) -> str:
    if not rest:
        raise UsageError(f"option {word} needs a value")
    return rest.pop(0)


def own_option(flags: Flags, word: str, rest: list[str]) -> None:
    name, equals, inline = word.partition("=")
    if word == "--strict-quoting":
        flags.strict_quoting = True
        return
    value = inline if equals else value_of(word, rest)
    match name:
        case "--exim-version":
            flags.version = value
        case "--dns":
            flags.dns = value
        case "--allow":
            flags.allow += [kind for kind in value.split(",") if kind]
        case "--root":
            flags.root = value
        case "--fixtures":
            flags.fixtures = value
        case "--record":
            flags.record = value
        case _:
            raise UsageError(f"unknown option {name}")


def exim_flag(flags: Flags, word: str, rest: list[str]) -> None:
    if word in MODES:
        flags.mode, flags.mode_flag = MODES[word], word
        if word in ("-bf", "-bF"):
            flags.facts[word[1:]] = value_of(word, rest)
        elif word in ("-bh", "-bhc"):
            flags.facts["bh"] = value_of(word, rest)
        elif word == "-bem":
            flags.facts["bem"] = value_of(word, rest)
    elif word in FILTER_FACTS:
        flags.facts[word[1:]] = value_of(word, rest)
    elif word.startswith("-C"):
        flags.config_path = word[2:] or value_of(word, rest)
    elif word.startswith("-D"):
        name, equals, value = word[2:].partition("=")
        flags.macros[name.strip()] = value.strip() if equals else ""
    elif word.startswith("-d"):
        flags.debug = word[2:]
    elif word in ("-i", "-oi", "-t", "-ti"):
        flags.extract |= "t" in word
        flags.dots &= "i" not in word
    elif word == "-v":
        flags.verbose = True
    elif word in WITH_VALUE:
        value = value_of(word, rest)
        if word in ("-f", "-F"):
            set_sender(flags, word, value)
        else:
            flags.facts[word[1:]] = value
    elif word[:2] in ("-f", "-F", "-p"):
        if word[1] == "p":
            flags.facts["p"] = word[2:]
        else:
            set_sender(flags, word[:2], word[2:])
    elif word not in PLAIN:
        raise UsageError(f"unknown, malformed, or incomplete option {word}")


def set_sender(flags: Flags, flag: str, value: str) -> None:
    if flag == "-f":
        flags.sender = value
    else:
        flags.sender_name = value
