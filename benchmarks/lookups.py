"""Lookups per second, beside `exim4 -be` where it has the lookup type.

    python benchmarks/lookups.py [--rounds N] [TYPE...]

Both programs get the same strings as arguments, each with 1,000 keys from a file that are looked up one after the other; no
key is looked up twice, so nothing comes from a cache. The sides take turns; the median of N rounds counts, without the time
that the program takes for a string with one key. Servers are started for it from Debian's packages, on free ports.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests import servers  # noqa: E402  (a checkout's own)
from tests.cdb_file import cdb  # noqa: E402

RECORDS = 100_000
BATCH = 1_000
COUNTS = {"lsearch": 1_000, "cdb": 20_000, "redis": 10_000, "pgsql": 5_000, "mysql": 5_000, "ldap": 2_000}
STRINGS = {
    "lsearch": "${lookup{$item}lsearch{FOLDER/file}}",
    "cdb": "${lookup{$item}cdb{FOLDER/file.cdb}}",
    "redis": "${lookup redis{get ${quote_redis:$item}}}",
    "pgsql": "${lookup pgsql{select value from data where key = '${quote_pgsql:$item}'}}",
    "mysql": "${lookup mysql{select value from data where name = '${quote_mysql:$item}'}}",
    "ldap": "${lookup ldap{ldap:///o=test?o?base?(|(o=test)(o=${quote_ldap:$item}))}}",
}


def prepare(folder: Path, kinds: Sequence[str], started: list[servers.RealServer]) -> None:
    """Makes the files and the configurations, starts the servers, which are added to `started`, and fills them."""
    keys = [f"key{number}" for number in range(RECORDS)]
    lines = ["keep_environment ="]
    (folder / "file").write_text("".join(f"{key}: value of {key}\n" for key in keys))
    if "cdb" in kinds:
        (folder / "file.cdb").write_bytes(cdb({key.encode(): b"value of " + key.encode() for key in keys}))
    if "redis" in kinds:
        server = servers.redis_server(folder / "redis")
        started.append(server)
        text = "".join(f"set {key} value-of-{key}\r\n" for key in keys)
        subprocess.run(["redis-cli", "-p", str(server.port), "--pipe"], input=text.encode(), check=True, capture_output=True)
    if "pgsql" in kinds:
        import psycopg

        server = servers.pgsql_server(folder / "pgsql")
        started.append(server)
        place = f"host=127.0.0.1 port={server.port} user=exim password={servers.PASSWORD} dbname=mail"
        with psycopg.connect(place) as connection:
            connection.execute("create table data(key text primary key, value text)")
            connection.execute("insert into data select 'key' || n, 'value of key' || n from generate_series(0, 99999) n")
        lines.append(f"pgsql_servers = 127.0.0.1::{server.port}/mail/exim/{servers.PASSWORD}")
    if "mysql" in kinds:
        import pymysql

        server = servers.mysql_server(folder / "mysql")
        started.append(server)
        database = pymysql.connect(
            host="127.0.0.1", port=server.port, user="exim", password=servers.PASSWORD, database="mail", autocommit=True
        )
        with database, database.cursor() as cursor:
            cursor.execute("create table data(name varchar(20) primary key, value text)")
            cursor.execute("insert into data select concat('key', seq), concat('value of key', seq) from seq_0_to_99999")
        lines.append(f"mysql_servers = 127.0.0.1::{server.port}/mail/exim/{servers.PASSWORD}")
    if "ldap" in kinds:
        server = servers.ldap_server(folder / "ldap")
        started.append(server)
        lines.append(f"ldap_default_servers = 127.0.0.1::{server.port}")
    (folder / "exim.conf").write_text("\n".join(lines) + "\n")
    for server in started:
        if server.folder.name == "redis":
            lines.append(f"redis_servers = 127.0.0.1::{server.port}//")
    (folder / "own.conf").write_text("\n".join(lines) + "\n")


def strings(kind: str, folder: str, count: int) -> list[str]:
    """Strings that look up `count` keys from all over the file and give the last value."""
    step = RECORDS // max(count, 1)
    keys = [f"key{number * step % RECORDS}" for number in range(count)]
    string = STRINGS[kind].replace("FOLDER", folder)
    made = []
    for start in range(0, count, BATCH):
        batch = Path(folder) / f"keys-{kind}-{count}-{start}"
        batch.write_text("\n".join(keys[start : start + BATCH]))
        made.append(f"${{reduce{{${{readfile{{{batch}}}{{:}}}}}}" + "{}{" + string + "}}")
    return made


def seconds(command: Sequence[str], given: Sequence[str]) -> tuple[float, bytes]:
    start = time.perf_counter()
    done = subprocess.run([*command, *given], capture_output=True, check=True)
    return time.perf_counter() - start, done.stdout


def measure(commands: Sequence[Sequence[str]], kind: str, folder: str, rounds: int) -> list[float]:
    """Lookups per second of each command; all must print the same."""
    few, many = strings(kind, folder, 1), strings(kind, folder, COUNTS[kind])
    rates: list[list[float]] = [[] for _ in commands]
    for _ in range(rounds):
        said = set()
        for column, command in zip(rates, commands, strict=True):
            start, _ = seconds(command, few)
            taken, output = seconds(command, many)
            said.add(output)
            column.append((COUNTS[kind] - 1) / max(taken - start, 1e-6))
        assert len(said) == 1, f"{kind}: {said}"
        assert b"Failed" not in next(iter(said)), said
    return [statistics.median(column) for column in rates]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="TYPE", help=", ".join(STRINGS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    kinds = options.kinds or list(STRINGS)
    exim = shutil.which("exim4") or "/usr/sbin/exim4"
    tool = str(Path(sys.executable).with_name("exim-lang"))
    with tempfile.TemporaryDirectory(prefix="lookups-") as name:
        Path(name).chmod(0o755)
        own = [tool, "exim", "--allow", "redis,pgsql,mysql,ldap", "-C", f"{name}/own.conf", "-be"]
        other = [exim, "-C", f"{name}/exim.conf", "-be"]
        started: list[servers.RealServer] = []
        try:
            prepare(Path(name), kinds, started)
            for kind in kinds:
                commands = [own] if kind == "redis" else [own, other]
                rates = measure(commands, kind, name, options.rounds)
                beside = "         - (has no redis)"
                if len(rates) > 1:
                    beside = f"{rates[1]:10,.0f}/s   {rates[0] / rates[1]:5.2f} x"
                print(f"{kind:<10} exim-lang {rates[0]:10,.0f}/s   exim4 {beside}", flush=True)
        finally:
            for server in started:
                server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
