"""Random lists of every kind, matched by the installed Exim and by this engine: `python -m tests.random_lists 5000`.

Prints every difference. The list of a number is always the same; `--first 5000` begins with that of number 5000.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Final

from exim_lang.model.dialect import dialect_for
from exim_lang.model.load import load_config
from tests.differential import BATCH, DIED, Difference, Sides

CONFIG: Final = """\
keep_environment =
add_environment = PATH=/bin
primary_hostname = my.host
domainlist dl = a.b : *.c : !d.e
domainlist dl2 = +dl : x.y
domainlist dneg = ! +dl : !q.r
domainlist dexp = ${lc:Foo.Bar} : lsearch;DATA/domains
domainlist dcut = a.b : ${if eq{1}{2}{x}fail} : x.y
domainlist dsep = <; a.b ; x.y
domainlist dempty =
addresslist al = x@a.b : *@c.d : ^r.*@
addresslist al2 = !+al : *@+dl
localpartlist ll = foo : b* : !bar
localpartlist ll2 = +caseful : Foo : +ll
hostlist hl = 1.2.3.4 : 10.0.0.0/8 : !10.1.0.0/16 : 2001::db8::::/32
hostlist hl2 = <; !+hl ; 192.168.0.0/16
"""
FILES: Final = {
    "domains": "a.b: one\nx.y: two words\n*.c: wild\n*: star\nFoo.Bar: mixed\nd.e:\n.e: dotted\n",
    "plain": "# a comment\na.b\n*.c # behind\n!d.e\n\n  x.y  \n^q.*r$\nfoo\n1.2.3.4\n10.0.0.0/8#net\nx@a.b\n*@c.d\n",
    "no": "!a.b\n!1.2.3.4\n!x@a.b\n!foo\n",
    "wild": "^a.b: expression\n*.c: ending\nx.y: plain\n^(.)\\.e$: $1\n",
    "by-domain": "a.b: x : !y : ^r : >next\n*.c: foo : b*\nnext: bar : y\nloop.d: >loop.d\nx.y: x#y : <; z ; w\n*: any\n",
    "addresses": "x@a.b: direct\n*@c.d: any\nx: local\n*@x.y: third\na.b: domain\n*: star\n",
    "locals": "foo: first\nbar: second\nb*: star\n*: any\nFoo: upper\n",
    "ips": '1.2.3.4: host\n1.2.3.0/24: net\n10.0.0.0/8: ten\n10.0.0.0: exactly\n"2001:db8::/32": six\n'
    "2001.0db8.0000.0000.0000.0000.0000.0001: dots\n2001.0db8.0000.0000.0000.0000.0000.0000/64: dotted net\n*: star\n",
    "folder/a.b": "",
    "folder/foo": "",
    "folder/1.2.3.4": "",
    "folder/x@a.b": "",
}
DOMAINS: Final = (
    "",
    "a.b",
    "A.B",
    "q.a.b",
    "z.c",
    "c",
    "p.z.c",
    "d.e",
    "x.y",
    "foo.bar",
    "Foo.Bar",
    "q.r",
    "my.host",
    "zz",
    "a",
    "b",
    "1.2.3.4",
    "a-b.c",
    "x_y.c",
)
LOCALS: Final = ("", "foo", "Foo", "FOO", "bar", "baz", "b", "x", "y", "r1", "root", "x+y", "a.b", "*")
IPS: Final = (
    "1.2.3.4",
    "1.2.3.9",
    "10.0.0.1",
    "10.1.2.3",
    "192.168.7.7",
    "127.0.0.1",
    "2001:db8::1",
    "2001:db8:1::",
    "::1",
    "::ffff:1.2.3.4",
    "255.255.255.255",
    "0.0.0.0",
)
EXPRESSIONS: Final = (
    r"^a",
    r"^(.*)\.c$",
    r"^([a-z])(.)",
    r"^\d+",
    r"^",
    r"^x.y$",
    r"^.*o$",
    r"^(?i)FOO",
    r"^Foo",
    r"^r(.*)@(.*)",
    r"^\N^a",
    r"^a|b",
)
FILE_TYPES: Final = (
    "lsearch",
    "lsearch*",
    "lsearch*@",
    "partial-lsearch",
    "partial1-lsearch",
    "partial0-lsearch",
    "partial-lsearch*",
    "partial(.)lsearch",
    "partial1()lsearch",
    "partial2(*.)lsearch",
    "wildlsearch",
    "nwildlsearch",
    "lsearch,ret=full",
    "lsearch,ret=key",
)
QUESTIONS: Final = {"domain": "match_domain", "address": "match_address", "local": "match_local_part", "ip": "match_ip"}


class ListMaker:
    """Makes one question from the choices of `chance`."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.pick = chance.choice

    def question(self) -> str:
        """A condition on one line. DATA stands for the folder of the files."""
        kind = self.pick(tuple(QUESTIONS))
        subject = getattr(self, f"{kind}_subject")()
        items = self.listed(kind)
        protected = items if "\\N" in items else f"\\N{items}\\N"
        return f"${{if {QUESTIONS[kind]}{{{subject}}}{{{protected}}}{{yes <$value> <$0> <$1> <$2>}}{{no <$value>}}}}"

    def listed(self, kind: str) -> str:
        separator, opening = self.pick(((":", ""), (":", ""), (":", "<: "), (";", "<;"), ("|", "<| "), (",", " <, ")))
        items = [self.item(kind) for _ in range(self.chance.randint(0, 4))]
        spaces = ("", " ", " ", "  ")
        written = (self.pick(spaces) + one.replace(separator, separator * 2) + self.pick(spaces) for one in items)
        return opening + separator.join(written) + self.pick(("", "", "", separator, f" {separator} "))

    def item(self, kind: str) -> str:
        made: str = getattr(self, f"{kind}_item")()
        return self.pick(("", "", "", "!", "! ")) + made

    def domain_subject(self) -> str:
        return self.pick(DOMAINS)

    def domain_item(self) -> str:
        name = self.pick(DOMAINS)
        some = (
            "+dl",
            "+dl2",
            "+dneg",
            "+dexp",
            "+dcut",
            "+dsep",
            "+dempty",
            "@",
            "*",
            "*.c",
            "*c",
            "*.*",
            "**",
            "*.C",
            "*a.b",
            "+caseful",
        )
        return self.pick(
            (
                name,
                name,
                "*" + name,
                "*." + name,
                self.pick(some),
                self.pick(some),
                self.expression(),
                self.search("domains", "folder"),
            )
        )

    def address_subject(self) -> str:
        return self.pick(
            (
                f"{self.pick(LOCALS)}@{self.pick(DOMAINS)}",
                f"{self.pick(LOCALS)}@{self.pick(DOMAINS)}",
                self.pick(LOCALS),
                "a@b@c.d",
            )
        )

    def address_item(self) -> str:
        local, domain = (
            self.pick((*LOCALS, "*", "*")),
            self.pick((*DOMAINS, "+dl", "*.c", "*", "+dneg", "lsearch;DATA/domains", "partial-lsearch;DATA/domains")),
        )
        some = (
            "+al",
            "+al2",
            "@@lsearch;DATA/by-domain",
            "@@partial-lsearch;DATA/by-domain",
            "@@lsearch*;DATA/by-domain",
            "*",
            "+caseful",
            "*@",
            "@a.b",
            "a.b",
            "*.c",
            "x",
        )
        whole = f"{local}@{domain}"
        return self.pick(
            (
                whole,
                whole,
                whole,
                self.pick(some),
                self.pick(some),
                domain,
                self.expression(),
                self.search("addresses", "folder"),
            )
        )

    def local_subject(self) -> str:
        return self.pick(LOCALS)

    def local_item(self) -> str:
        name = self.pick(LOCALS)
        some = ("+ll", "+ll2", "+caseful", "+caseful", "b*", "*", "*o", "*O", "@", "+dl")
        return self.pick(
            (name, name, "*" + name, self.pick(some), self.pick(some), self.expression(), self.search("locals", "folder"))
        )

    def ip_subject(self) -> str:
        return self.pick(IPS)

    def ip_item(self) -> str:
        address = self.pick(IPS)
        width = 128 if ":" in address else 32
        mask = f"{address}/{self.chance.randint(0, width)}"
        some = (
            "+hl",
            "+hl2",
            "*",
            "10.0.0.0/8",
            "1.2.3.0/24",
            "0.0.0.0/0",
            "::/0",
            "2001:db8::/32",
            "1.2.3.4/33",
            "1.2.3.4/",
            "10/8",
            "",
        )
        types = (
            "net-lsearch",
            "net24-lsearch",
            "net8-lsearch",
            "net32-lsearch",
            "net64-lsearch",
            "net-iplsearch",
            "iplsearch",
            "lsearch",
            "net128-lsearch",
            "net-lsearch*",
        )
        files = (
            f"{self.pick(types)};DATA/ips",
            f"{self.pick(types)};DATA/ips",
            "DATA/plain",
            "DATA/no",
            "net-dsearch;DATA/folder",
        )
        return self.pick((address, address, mask, mask, self.pick(some), self.pick(files)))

    def expression(self) -> str:
        return self.pick(EXPRESSIONS)

    def search(self, file: str, folder: str) -> str:
        kind = self.pick(FILE_TYPES)
        name = "wild" if "wild" in kind else self.pick((file, file, "domains", "addresses"))
        return self.pick(
            (
                f"{kind};DATA/{name}",
                f"{kind};DATA/{name}",
                f"{kind}; DATA/{name}",
                "DATA/plain",
                "DATA/no",
                f"dsearch;DATA/{folder}",
            )
        )


class ListSides(Sides):
    """Exim and this engine, with a configuration full of named lists."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, content in FILES.items():
            path = Path(self.data) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.config.write_text(CONFIG.replace("DATA", self.data))
        self.loaded = load_config(str(self.config), dialect=dialect_for("4.96"))
        assert not self.loaded.problems, self.loaded.problems

    def unknown(self, expressions: Sequence[str]) -> list[Difference]:
        return [one for one in super().unknown(expressions) if not of_memory(one)]


def of_memory(difference: Difference) -> bool:
    """Whether Exim 4.96 goes wrong with its own memory, where nothing can be the same.

    It dies of an empty key that matches what "partial0-" leaves, which is one character less than nothing; and `$0` of a
    regular expression in the file of a wild lookup is a key whose memory may have something else in it by then.
    """
    if difference.exim == DIED:
        return "partial0-" in difference.expression and "{}{" in difference.expression
    numbers = re.compile("(?<=> )<[^>]*(> |$)")
    return "wildlsearch" in difference.expression and (
        difference.exim.startswith("yes <expression> ")
        and numbers.sub("", difference.exim, count=1) == numbers.sub("", difference.here, count=1)
    )


def questions(numbers: Iterable[int], data: str) -> list[str]:
    """The question of each number; `data` is the folder of the files."""
    return [ListMaker(Random(number)).question().replace("DATA", data) for number in numbers]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.random_lists", description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args(arguments)
    unknown = 0
    with tempfile.TemporaryDirectory() as folder:
        sides = ListSides(Path(folder))
        for start in range(options.first, options.first + options.count, BATCH):
            batch = questions(range(start, min(start + BATCH, options.first + options.count)), sides.data)
            found = sides.unknown(batch)
            unknown += len(found)
            for one in found:
                print(*(f"{name:10} {text!r}" for name, text in zip(one._fields, one, strict=True)), sep="\n", flush=True)
    print(f"{options.count} lists, {unknown} differences")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
