"""Plays a corpus of messages, or recorded sessions, through ACLs and routers: on all cores, offline, nothing delivered.

CORPUS is a maildir, a mailbox file, a folder of .eml files (or one), recorded sessions as JSON lines, or transcripts of swaks.
What a message does not have (envelope, client) is told by its header lines, or by the options. docs/replay.md has all of it.

examples:
  exim-lang replay exim.conf Maildir/
  exim-lang replay exim.conf mail.mbox --dns zones/db.example --transports
  exim-lang replay exim.conf corpus/ --host 192.0.2.7 --rcpt joe@here.example --output results.jsonl
  exim-lang replay exim.conf corpus/ --output results.jsonl --resume         # goes on where it was interrupted
  exim-lang replay new.conf corpus/ --against old.conf                       # only what changed, and who decided it
  exim-lang replay exim.conf corpus/ --engine dask --scheduler tcp://10.0.0.1:8786

exit status: 0 done, 1 something changed or a message could not be played to its end, 2 usage or unreadable input
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from exim_lang.cli.loading import sound_config
from exim_lang.cli.scope_options import language_options, macros_of, world_options
from exim_lang.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from exim_lang.replay.corpus import Corpus
    from exim_lang.replay.engines import Engine
    from exim_lang.replay.results import Results
    from exim_lang.replay.spec import Json, Spec

SMALL = 1 << 18
"""Bytes of a file for which more processes do not pay."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `exim-lang replay`."""
    parser.add_argument("config", metavar="CONFIG", help="the configuration file")
    parser.add_argument("corpus", metavar="CORPUS", help="a maildir, mailbox, folder of .eml files, or recorded sessions")
    parser.add_argument("--kind", default="", help="of CORPUS: maildir, eml, mbox, sessions, transcript (default: as it looks)")
    parser.add_argument("--against", metavar="CONFIG", help="an older configuration: tell only what changed since")
    parser.add_argument("--acls-only", action="store_true", help="do not route the recipients of accepted messages")
    parser.add_argument("--transports", action="store_true", help="let their transports say what they would do")
    client = parser.add_argument_group("every message, whatever it says itself")
    client.add_argument("--host", default="", metavar="IP", help="the client's address")
    client.add_argument("--helo", default="", metavar="NAME", help="what it says in EHLO")
    client.add_argument("--sender", metavar="ADDRESS", help="the envelope sender; empty: <>")
    client.add_argument("--rcpt", action="append", default=[], metavar="ADDRESS", help="a recipient; may be repeated")
    client.add_argument("--trusted", default="", metavar="NETS", help="networks of own servers, for Received: lines: NET,...")
    client.add_argument("--at", type=float, metavar="SECONDS", help="when it arrives, since the epoch (default: now, for all)")
    work = parser.add_argument_group("the work")
    work.add_argument("-j", "--jobs", type=int, default=0, metavar="N", help="processes (default: as many as there are cores)")
    work.add_argument("--engine", choices=("local", "dask"), default="local", help="who does it (default: processes here)")
    work.add_argument("--scheduler", default="", metavar="ADDRESS", help="of a Dask cluster (default: a local one)")
    output = parser.add_argument_group("output")
    output.add_argument("--output", metavar="FILE", help="write one JSON line for each message; -: to the standard output")
    output.add_argument("--resume", action="store_true", help="go on with the FILE of an interrupted run")
    output.add_argument("--json", action="store_true", help="the summary as one JSON object")
    language_options(parser)
    world_options(parser.add_argument_group("the world"))


def run(options: argparse.Namespace) -> int:
    """Plays the corpus; returns the exit status."""
    from exim_lang.replay.corpus import open_corpus
    from exim_lang.replay.results import Results

    check(options)
    paths = [options.config, *([options.against] if options.against else [])]
    if options.engine == "dask":  # the workers have another working directory
        paths = [os.path.abspath(path) for path in paths]
        options.corpus = os.path.abspath(options.corpus)
    texts = [digest(path, options) for path in paths]
    corpus = open_corpus(options.corpus, options.kind)
    spec = spec_of(options, paths)
    results = None
    if options.output and options.output != "-":
        results = Results(options.output, identity(spec, texts, corpus, options), resume=options.resume)
        spec = spec._replace(clock=results.clock)
    with ExitStack() as stack:
        if results is not None:
            stack.callback(results.close)
        return play(options, spec, corpus, results, stack)


def play(options: argparse.Namespace, spec: Spec, corpus: Corpus, results: Results | None, stack: ExitStack) -> int:
    """Does what is left to do, and shows the summary."""
    from exim_lang.replay.run import replay, skip
    from exim_lang.replay.summary import Summary

    items = iter(corpus)
    summary = results.summary if results is not None else Summary()
    signals: list[int] = []
    stop_at_signals(signals, stack)
    try:
        passed = skip(items, results.done(), corpus.path) if results is not None else 0
        progress = progress_of(corpus, passed, stack)
        engine = engine_of(options, spec, corpus)
        stack.callback(engine.close)
        replay(items, engine, sys.stdout.buffer if options.output == "-" else results, summary, progress)
    except KeyboardInterrupt:
        go_on = "; --resume goes on" if results is not None else ""
        print(f"exim-lang: interrupted after {summary.messages} messages{go_on}", file=sys.stderr)
        return 128 + (signals[0] if signals else signal.SIGINT)
    out = sys.stderr if options.output == "-" else sys.stdout
    sys.stdout.flush()
    against = bool(spec.against)
    if options.json:
        print(json.dumps(summary.as_data(against=against), indent=2), file=out)
    else:
        print(*summary.lines(against=against), sep="\n", file=out)
    return summary.status


def check(options: argparse.Namespace) -> None:
    """What makes no sense is said before any work is done; raises UsageError."""
    from exim_lang.replay.received import parsed_networks
    from exim_lang.smtp.client import address_and_port

    if options.host and not address_and_port(options.host, (4, 99))[0]:
        raise UsageError(f'"{options.host}" is not an IP address')
    try:
        parsed_networks(networks(options))
    except ValueError as error:
        raise UsageError(f"--trusted: {error}") from error
    if options.jobs < 0:
        raise UsageError("-j: a number of processes is wanted")
    if options.resume and options.output in (None, "-"):
        raise UsageError("--resume goes on with a file of results: --output FILE")
    if options.record and (options.jobs > 1 or options.engine != "local"):
        raise UsageError("--record is for one process: -j 1")
    if options.scheduler and options.engine != "dask":
        raise UsageError("--scheduler is for --engine dask")
    if options.acls_only and options.transports:
        raise UsageError("--transports needs routers: not with --acls-only")


def networks(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(word.strip() for word in options.trusted.split(",") if word.strip())


def digest(path: str, options: argparse.Namespace) -> str:
    """What a configuration is told by: all that was read for it. Raises UsageError for one that Exim would refuse."""
    import hashlib

    config = sound_config(path, macros=options.macros, version=options.exim_version, root=options.root)
    known = hashlib.sha256()
    for file in config.files:
        known.update(file.name.encode("utf-8", "surrogateescape") + b"\0" + file.content.encode("latin-1") + b"\0")
    return known.hexdigest()


def spec_of(options: argparse.Namespace, paths: list[str]) -> Spec:
    """What every process is told."""
    from exim_lang.replay.spec import Spec

    far = options.engine == "dask"
    return Spec(
        config=paths[0],
        against=paths[1] if len(paths) > 1 else "",
        macros=tuple(sorted(macros_of(options).items())),
        version=options.exim_version,
        root=os.path.abspath(options.root) if options.root and far else options.root,
        dns=options.dns or os.environ.get("EXIM_LANG_DNS", "") or "offline",
        allow=tuple(kind for kind in options.allow.split(",") if kind),
        fixtures=os.path.abspath(options.fixtures) if options.fixtures and far else options.fixtures,
        record=options.record,
        strict_quoting=options.strict_quoting,
        clock=time.time() if options.at is None else options.at,
        given=(options.host, options.helo, options.sender, tuple(options.rcpt), networks(options)),
        routes=not options.acls_only,
        transports=options.transports,
        run=f"{os.getpid()} {time.time_ns()}",
    )


def identity(spec: Spec, texts: list[str], corpus: Corpus, options: argparse.Namespace) -> Json:
    """What a file of results belongs to: a run that goes on with it must be the same but for its engine."""
    data: Json = {"version": 1, "configuration": texts, "corpus": os.path.abspath(corpus.path), "kind": corpus.kind}
    data["options"] = {
        name: getattr(spec, name)
        for name in ("macros", "version", "dns", "allow", "strict_quoting", "given", "routes", "transports")
    }
    data["root"] = os.path.abspath(spec.root) if spec.root else ""
    data["fixtures"] = os.path.abspath(spec.fixtures) if spec.fixtures else ""
    data["time"] = options.at
    return data | {"clock": spec.clock}


def engine_of(options: argparse.Namespace, spec: Spec, corpus: Corpus) -> Engine:
    """Who does the work."""
    from exim_lang.replay.engines import Here, Pool
    from exim_lang.replay.run import CHUNK

    cores = len(os.sched_getaffinity(0))
    if options.engine == "dask":
        from exim_lang.replay.cluster import Cluster

        return Cluster(spec, options.jobs or cores, options.scheduler)
    small = corpus.total <= (CHUNK if corpus.unit == "messages" else SMALL)
    jobs = options.jobs or (1 if small or options.record else cores)
    return Here(spec) if jobs == 1 else Pool(spec, jobs)


def progress_of(corpus: Corpus, passed: int, stack: ExitStack) -> Callable[[int], object] | None:
    """A bar on terminals; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    from tqdm import tqdm

    tqdm.monitor_interval = 0  # no thread of its own
    scaled = corpus.unit == "B"
    bar = tqdm(total=corpus.total, initial=passed, unit=corpus.unit if scaled else " messages", unit_scale=scaled, leave=False)
    stack.callback(bar.close)
    return bar.update


def stop_at_signals(seen: list[int], stack: ExitStack) -> None:
    """SIGTERM ends a run as Ctrl-C does: what is done is kept."""
    if threading.current_thread() is not threading.main_thread():
        return

    def stop(number: int, _: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        stack.callback(signal.signal, number, signal.signal(number, stop))
