"""Random expansion strings, evaluated by the installed Exim and by this engine: `python -m tests.differential 200000`.

Prints every difference, made as small as it goes, and a summary. What may differ stands in tests/cases/differential, with
reasons. The strings of a number are always the same: `python -m tests.differential 1000 --first 5000` makes the thousand
strings from number 5000 on.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from exim_lang.cli.exim.flags import parse_flags
from exim_lang.cli.exim.scope import exim_scope
from exim_lang.errors import EximLangError, ProcessDied
from exim_lang.expand.engine import expand
from exim_lang.expand.scope import Scope
from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from tests.expressions import Maker

KNOWN = Path(__file__).parent / "cases" / "differential" / "differences.txt"
MARK = "@@next@@"
DIED = "(the process died)"
BATCH = 500
LONGEST = 1000  # characters of a string: Exim reads no more in one piece
FLAGS = ("-oMa", "192.0.2.7.1234", "-oMs", "host.example.test", "-oMi", "192.0.2.1.25", "-oMt", "ident", "-oMr", "smtp",
         "-f", "sender@example.test")  # fmt: skip
CONFIG = """\
keep_environment =
add_environment = GREETING=hello : PATH=/bin
primary_hostname = mx.example.org
qualify_domain = example.org
smtp_active_hostname = mx.example.org
headers_charset = UTF-8
domainlist ldom = foo : bar.example : example.test
domainlist outer = +ldom : a;b : *.example
hostlist hl = 10.0.0.0/8 : 192.168.0.1
addresslist al = a@b : user@example.test
localpartlist lpl = x : user
hide domainlist hidl = zip
begin acl
yes:
  accept set acl_m_x = $acl_arg1
no:
  deny
defer:
  defer
drop:
  drop
message:
  accept message = said <$acl_arg1> $acl_narg
"""
FILES = {
    "table": "a: first\nb: second $sender_address\nabc:third\n  and more\nuser@example.test: address\nexample.test: domain\n"
    "*.example.test: wild\n*: star\n*@example.test: any\nuser:\n\"quoted key\": q\n10.0.0.1: host\n",
    "wild": "^a.c: expression\n*.example.test: ending\n\\N^u(.*)@\\N: protected $1\nb: plain\n",
    "ips": "10.0.0.1: one\n10.0.0.0/8: net\n\"2001:db8::/32\": six\n192.168.3.0/24: local\n*: star\n",
    "text": "first line\nsecond line\n",
    "folder/one": "",
    "folder/abc": "",
    "folder/sub/x": "",
}


class Difference(NamedTuple):
    """A string and what the two print for it."""

    expression: str
    exim: str
    here: str


class Reason(NamedTuple):
    """A known difference: where the patterns (regular expressions, or empty) are found, `reason` says why."""

    expression: str
    exim: str
    here: str
    reason: str


@cache
def reasons() -> tuple[Reason, ...]:
    """The known differences: paragraphs of `string:`, `exim:`, `here:` and `reason:` lines."""
    found = []
    for paragraph in re.split(r"\n\s*\n", KNOWN.read_text()):
        words = dict(line.split(": ", 1) for line in paragraph.strip().splitlines() if not line.startswith("#"))
        if words:
            found.append(Reason(words.get("string", ""), words.get("exim", ""), words.get("here", ""), words["reason"]))
    return tuple(found)


def reason_for(difference: Difference) -> Reason | None:
    """Why the two may differ there, None when they may not."""
    for reason in reasons():
        pairs = zip(reason[:3], difference, strict=True)
        if all(re.search(pattern, text, re.DOTALL) for pattern, text in pairs):
            return reason
    return None


class Sides:
    """The two that are compared, with one configuration and one set of data files."""

    def __init__(self, folder: Path) -> None:
        for name, content in FILES.items():
            path = folder / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.data = str(folder / "data")
        self.config = folder / "exim.conf"
        self.config.write_text(f"spool_directory = {folder}/spool\n{CONFIG}")  # relative paths are taken from there
        exim = shutil.which("exim4")
        assert exim, "the installed exim4 is what is compared with"
        self.exim = exim
        self.loaded = load_config(str(self.config), dialect=dialect_for("4.96"))
        assert not self.loaded.problems, self.loaded.problems

    def by_exim(self, expressions: Sequence[str]) -> list[str]:
        """What Exim prints for each; DIED where its process ended: the next process goes on behind it."""
        printed: list[str] = []
        while len(printed) < len(expressions):
            printed += self.until_death(expressions[len(printed) :])
        return printed

    def until_death(self, expressions: Sequence[str]) -> list[str]:
        """What one process of Exim prints, which it writes at once: a missing answer is that of the string that killed it."""
        feed = "".join(f"{expression}\n{MARK}\n" for expression in expressions).encode("latin-1")
        command = [self.exim, "-C", str(self.config), *FLAGS, "-be"]
        try:
            output = subprocess.run(command, input=feed, capture_output=True, timeout=60, check=False).stdout
        except subprocess.TimeoutExpired as late:
            output = late.stdout or b""
        *pieces, _ = output.decode("latin-1").removeprefix("> ").split(f"\n> {MARK}\n")
        answers = [piece.removeprefix("> ") for piece in pieces]
        return answers if len(answers) == len(expressions) else [*answers, DIED]

    def scope(self) -> Scope:
        return exim_scope(parse_flags([*FLAGS, "--allow", "run,readsocket", "-be"]), self.loaded)

    def here(self, expression: str, scope: Scope) -> str:
        """What this engine makes of one."""
        try:
            return expand(expression.rstrip(" \t\r\v\f"), scope).decode("latin-1")
        except ProcessDied:
            return DIED
        except EximLangError as error:
            return f"Failed: {error.message}"
        except Exception as error:
            return f"(exception) {error!r}"

    def compare(self, expressions: Sequence[str]) -> list[Difference]:
        """The differences, known ones too."""
        scope = self.scope()
        printed = self.by_exim(expressions)
        ours = [self.here(expression, scope) for expression in expressions]
        triples = zip(expressions, map(without_ids, printed), map(without_ids, ours), strict=True)
        return [Difference(*both) for both in triples if both[1] != both[2]]

    def unknown(self, expressions: Sequence[str]) -> list[Difference]:
        """The differences that have no reason and that a string shows by itself, without those before it."""
        suspects = [found.expression for found in self.compare(expressions) if reason_for(found) is None]
        return [found for one in suspects for found in self.compare([one]) if reason_for(found) is None]

    def shrunk(self, difference: Difference) -> Difference:
        """A smaller string on which the two differ."""
        while True:
            tries = sorted(set(smaller(difference.expression)), key=len)
            found = [] if not tries else [one for one in self.compare(tries) if reason_for(one) is None]
            alone = next((again[0] for one in found if (again := self.compare([one.expression]))), None)
            if alone is None:
                return difference
            difference = alone


def smaller(text: str) -> Iterator[str]:
    """Strings with less in them: without a run of characters, or with what stands in a pair of braces alone."""
    stack: list[int] = []
    for at, character in enumerate(text):
        if character == "{":
            stack.append(at)
        elif character == "}" and stack:
            opening = stack.pop()
            start = opening - 1 if text[opening - 1 : opening] == "$" else opening
            inner = text[opening + 1 : at]
            candidates = [text[:start] + text[at + 1 :], text[start : at + 1], text[:start] + "x" + text[at + 1 :],
                          text[:start] + inner + text[at + 1 :], text[: opening + 1] + text[at:]]  # fmt: skip
            yield from (one for one in candidates if 0 < len(one) < len(text) and usable(one))
    for length in (16, 8, 4, 2, 1):
        for at in range(len(text) - length + 1):
            without = text[:at] + text[at + length :]
            if without and usable(without):
                yield without


def usable(text: str) -> bool:
    return not (text[0].isupper() or text.startswith("set") or text.rstrip(" \t\r\v\f").endswith("\\"))


def without_ids(text: str) -> str:
    """What was printed without the user and group that the process runs under."""
    return re.sub(r"\(euid=[0-9]+ egid=[0-9]+\)", "(euid= egid=)", text)


def expressions(numbers: Iterable[int], data: str) -> list[str]:
    """The string of each number; `data` is the folder of the data files."""
    made = (Maker(Random(number)).line().replace("DATA", data) for number in numbers)
    return [one if len(one) <= LONGEST else one[:LONGEST].rstrip("\\ \t\r\v\f") for one in made]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--show", type=int, default=40, help="differences that are made small and shown")
    options = parser.parse_args(arguments)
    shown: set[Difference] = set()
    unknown = 0
    known: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        sides = Sides(Path(folder))
        for start in range(options.first, options.first + options.count, BATCH):
            batch = expressions(range(start, min(start + BATCH, options.first + options.count)), sides.data)
            differences = sides.compare(batch)
            known.update(reason.reason for one in differences if (reason := reason_for(one)))
            found = sides.unknown([one.expression for one in differences]) if differences else []
            unknown += len(found)
            for one in found[: max(0, options.show - len(shown))]:
                least = sides.shrunk(one)
                if least not in shown:
                    shown.add(least)
                    print(*(f"{name:10} {text!r}" for name, text in zip(one._fields, least, strict=True)), sep="\n", flush=True)
            print(f"\r{start + len(batch) - options.first} strings, {unknown} differences", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(f"{options.count} strings, {unknown} unknown differences")
    for text, count in known.most_common():
        print(f"{count:6} {text}")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
