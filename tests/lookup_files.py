"""The files that the lookup cases search: made by what makes them in real life, where that is installed."""

from __future__ import annotations

import sqlite3
import struct
import subprocess
from pathlib import Path

LSEARCH = r"""*: star
*.b.c: dbc
*@y: aty
foo: foodata
.q.r: dotqr
.: onlydot
empty:
"q k": v
  cont
q2 v2
# a comment in an entry ends it
  cont2
q4 : : v4
"q5\tx" :v5
"oct\101\x42\q": escapes
"unter
q6:  a
  b
folded:
   on the next line
Case: first
CASE: second
:colon
two words
sp  : x
tab	tabbed	data
"a" "b"
gap: 1

 2
last: no newline  """

WILD = r"""*.cd: data cd
^x\\d: rx
"^\\N\\d+ z$\\N": rxz
^\N\d+y$\N: rxy
^(?-i)Abc: case
*tail: tl
$primary_hostname: ph
lsearch;DIR/ls: in another file
!not.this: negated
"""

IP = """1.2.3.4: one
10.0.0.0/8: ten
10.1.0.0/16: never reached
"abcd::cdab": six
"abcd:abcd::/32"   six32
*: star
badkey: x
"""

JSON = r"""{"a": {"b": [1, "two", {"c": "d\u00e9"}], "n": null, "t": true, "f": 1.50, "tenth": 0.1, "e": "", "o": {}},
 "1": "one", "q\"": "s\\x/y\u0001", "a:b": "colon", "neg": -5, "whole": 2.0}
"""

DBM = """abc: v1
de: v2
"q k": v3
long: LONG
"""


def make(folder: Path) -> None:
    """Writes all files below `folder`."""
    (folder / "ls").write_text(LSEARCH)
    (folder / "wild").write_text(WILD.replace("DIR", str(folder)))
    (folder / "ip").write_text(IP)
    (folder / "j.json").write_text(JSON)
    (folder / "bad.json").write_text('{"a": 1,}')
    (folder / "garbage").write_text("no database at all\n" * 100)
    tree = folder / "d"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_text("f")
    (tree / "link").symlink_to("file")
    (tree / "dangling").symlink_to("nowhere")
    (tree / "dlink").symlink_to("sub")
    (folder / "c.cdb").write_bytes(cdb({b"one": b"data for one", b"two": b"A=1 B=2", b"": b"nothing", b"x" * 300: b"x"}))
    (folder / "dbm.txt").write_text(DBM.replace("LONG", "x" * 6000))
    many = "".join(f"key{number}: value {number}\n" for number in range(3000))
    (folder / "many.txt").write_text(many)
    for arguments in (["dbm.txt", "dbm"], ["-nozero", "dbm.txt", "dbmnz"], ["many.txt", "many"]):
        subprocess.run(["exim_dbmbuild", *arguments], cwd=folder, check=True, capture_output=True)
    with sqlite3.connect(folder / "s.db") as database:
        database.executescript("create table t(a, b); insert into t values ('x y', 1), ('z', null)")
    database.close()


def cdb(records: dict[bytes, bytes]) -> bytes:
    """A constant database, written after its published description."""
    tables: list[list[tuple[int, int]]] = [[] for _ in range(256)]
    body = b""
    for key, value in records.items():
        code = 5381
        for byte in key:
            code = ((code * 33) ^ byte) & 0xFFFFFFFF
        tables[code & 0xFF].append((code, 2048 + len(body)))
        body += struct.pack("<II", len(key), len(value)) + key + value
    header = b""
    for table in tables:
        slots = [(0, 0)] * (2 * len(table))
        for code, place in table:
            at = (code >> 8) % len(slots)
            while slots[at][1]:
                at = (at + 1) % len(slots)
            slots[at] = (code, place)
        header += struct.pack("<II", 2048 + len(body), len(slots))
        body += b"".join(struct.pack("<II", *slot) for slot in slots)
    return header + body
