"""`exim-lang replay`: corpora of every kind, envelopes, errors, comparisons."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from exim_lang.cli.main import main
from exim_lang.replay import call as calls
from exim_lang.replay import play
from exim_lang.replay.corpus import open_corpus, read_item
from exim_lang.replay.envelope import Given, envelope_of
from exim_lang.replay.mbox import from_line_and_message
from exim_lang.replay.received import client_hop, read_hop
from exim_lang.replay.transcript import client_lines
from tests.replay_helper import CONFIGURATION, mail, maildir

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "replay.schema.json").read_text("utf-8"))

@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "exim.conf"
    path.write_text(CONFIGURATION)
    return str(path)


@pytest.fixture
def run(config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, list[Any]]]:
    """Replays; returns the status, the summary and the results, all of which follow the schema."""

    def replay(corpus: object, *options: str) -> tuple[int, Any, list[Any]]:
        output = tmp_path / f"results{len(list(tmp_path.iterdir()))}"
        status = main(["replay", config, str(corpus), "-j1", "--json", "--at", "1700000000", "--output", str(output), *options])
        said = capsys.readouterr()
        assert status != 2, said.err
        assert not said.err
        summary = json.loads(said.out)
        results = [json.loads(line) for line in output.read_text("utf-8").splitlines()]
        for data in (summary, *results):
            jsonschema.validate(data, SCHEMA)
        assert [result["number"] for result in results] == list(range(summary["messages"]))
        return status, summary, results

    return replay


# -- corpora


def test_maildir(run: Callable[..., Any], tmp_path: Path) -> None:
    mails = [mail(0), mail(1, "bad@here.example"), mail(2, subject="spam"), mail(3, subject="lose"), mail(4, "x@else.example")]
    status, summary, results = run(maildir(tmp_path / "box", mails))
    assert status == 0
    assert summary["verdicts"] == {"deny": 3, "accept": 1, "discard": 1}
    assert [result["name"][:9] for result in results] == ["cur/00000", "cur/00003", "new/00001", "new/00002", "new/00004"]
    first = results[0]
    assert (first["sender"], first["recipients"]) == ("joe0@there.example", ["kim@here.example"])
    assert first["client"] == {"host": "192.0.2.0", "helo": "mail.there.example"}
    assert first["by"].startswith("accept at ")
    (taken,) = first["taken"]
    assert "X-Seen: yes" in taken["headers_added"]
    assert taken["routes"] == [
        {
            "address": "kim@here.example",
            "status": "ok",
            "to": [{"address": "kim@here.example", "router": "box", "transport": "local", "hosts": []}],
        }
    ]
    assert (summary["routers"], summary["transports"]) == ({"box": 1}, {"local": 1})
    assert {"phase": "RCPT", "verdict": "deny", "count": 1} | {"by": results[2]["by"]} in summary["deciding"]
    assert summary["origins"]["recipients from Delivered-To"] == 5


def test_mbox(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    quoted = mail(1, subject="spam") + b">From here on\n>>From there\n"
    first = b"From joe@a.example Mon Jan  1 00:00:00 2024\n" + mail(0)
    path.write_bytes(first + b"\nFrom x Mon\n" + quoted + b"\nFrom x\n" + mail(2))
    _, summary, results = run(path)
    assert summary["verdicts"] == {"accept": 2, "deny": 1}
    assert [result["name"] for result in results] == ["1", "2", "3"]
    pieces = [from_line_and_message(read_item(item)) for item in open_corpus(str(path))]
    assert pieces[1] == (b"x", mail(1, subject="spam") + b"From here on\n>From there\n")
    assert pieces[2] == (b"x", mail(2))


@pytest.mark.parametrize("block", [7, 8, 9, 10, 64, 1000])
def test_mbox_of_blocks(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Separators are found wherever a block ends."""
    monkeypatch.setattr("exim_lang.replay.mbox.BLOCK", block)
    mails = [b"From a\nS: %d\r\n\r\ntext\nFrom no separator\n" % number for number in range(20)]
    path = tmp_path / "mbox"
    path.write_bytes(b"\n".join(mails[:10]) + b"\r\n".join([b"\n", *mails[10:]]))
    assert [from_line_and_message(read_item(item))[1].split()[1] for item in open_corpus(str(path))] == [
        b"%d" % number for number in range(20)
    ]


def test_folder_of_messages(run: Callable[..., Any], tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.eml").write_bytes(mail(1))
    (folder / "sub" / "a.EML").write_bytes(mail(2, "bad@here.example"))
    (folder / "notes.txt").write_text("nothing")
    _, summary, results = run(folder)
    assert [(result["name"], result["verdict"]) for result in results] == [("b.eml", "accept"), ("sub/a.EML", "deny")]
    _, summary, _ = run(folder / "b.eml")
    assert summary["messages"] == 1


def test_recorded_sessions(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "one.eml").write_bytes(mail(1))
    kim, mail_from = "kim@here.example", "MAIL FROM:<a@b.example>"
    sessions: list[dict[str, object]] = [
        {"id": "first", "host": "192.0.2.66", "sender": "a@b.example", "recipients": [kim], "message": "S: x\n\nb\n"},
        {"host": "2001:db8::1", "helo": "me", "sender": "", "recipients": [kim, "bad@here.example"], "path": "one.eml"},
        {"lines": ["EHLO me", mail_from, f"RCPT TO:<{kim}>", "DATA", "Subject: x", "", "..", ".", "QUIT"]},
        {"lines": ["EHLO me", mail_from, "RCPT TO:<bad@here.example>", "DATA", f"RCPT TO:<{kim}>", ".", "QUIT"]},
        {"lines": ["EHLO me"]},
        {"path": "missing.eml"},
        {"message": "x", "unknown": 1},
        {"sender": "x@y.example"},
    ]
    path = tmp_path / "sessions.jsonl"
    path.write_text("# a comment\n\n" + "".join(json.dumps(one) + "\n" for one in sessions) + "{torn\n")
    status, summary, results = run(path)
    assert status == 1
    assert [result["verdict"] for result in results] == ["drop", "partial", "accept", "deny", "accept", *["error"] * 4]
    assert results[0]["name"] == "first"
    assert results[1]["origin"] == {"host": "recorded", "helo": "recorded", "sender": "recorded", "recipients": "recorded"}
    assert results[1]["taken"][0]["recipients"] == ["kim@here.example"]
    assert [one["phase"] for one in results[3]["decisions"]].count("RCPT") == 1  # lines of the message are no commands
    assert {result["errors"][0]["kind"] for result in results[5:]} == {"unreadable"}
    assert summary["failed"] == 4


SWAKS = """\
=== Trying mx.here.example:25...
=== Connected to mx.here.example.
<-  220 mx.here.example ESMTP
 -> EHLO client
<-  250-mx.here.example Hello
<-  250 HELP
 -> MAIL FROM:<a@b.example>
<-  250 OK
 -> RCPT TO:<{}@here.example>
<-  250 Accepted
 -> DATA
<-  354 Enter message
 -> Subject: test
 -> \n -> QUIT
 -> .
<-  250 OK
 -> QUIT
<-  221 bye
=== Connection closed with remote host.
"""


def test_transcripts(run: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(SWAKS.format("kim") + SWAKS.format("bad"))
    _, _, results = run(path)
    assert [result["verdict"] for result in results] == ["accept", "deny"]
    path.write_text("S: 220 hello\nC: HELO x\nS: 250 hi\nC: MAIL FROM:<>\nC: QUIT\nS: 221 x\nS: 220 hello\nC: HELO y\n")
    _, _, results = run(path)
    assert [result["decisions"][-1]["phase"] for result in results] == ["MAIL", "HELO"]
    assert client_lines(b"=== client 192.0.2.1\nC: NOOP\nC:\n") == ("192.0.2.1", [b"NOOP", b""])


def test_empty(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mbox").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for corpus in (tmp_path / "mbox", tmp_path / "folder", maildir(tmp_path / "box", [])):
        status, summary, results = run(corpus)
        assert (status, summary["messages"], results) == (0, 0, [])


@pytest.mark.parametrize(
    "corpus, options, words",
    [
        ("missing", [], "No such file"),
        ("other", [], "is no corpus"),
        ("junk", [], "is no corpus"),
        ("mbox", ["--kind", "maildir"], "is no maildir: a file"),
        ("mbox", ["--kind", "tar"], "no kind of corpus 'tar'"),
        ("mbox", ["--host", "somewhere"], "is not an IP address"),
        ("mbox", ["--trusted", "x/y"], "--trusted"),
        ("mbox", ["--resume"], "--output FILE"),
        ("mbox", ["-j", "-1"], "a number of processes"),
        ("mbox", ["--fixtures", "missing"], "cannot read fixtures"),
        ("mbox", ["--output", "missing/file"], "No such file"),
        ("mbox", ["--against", "missing"], "missing"),
        ("mbox", ["--record", "x", "-j2"], "--record"),
        ("mbox", ["--scheduler", "tcp://127.0.0.1:1"], "--engine dask"),
        ("mbox", ["--acls-only", "--transports"], "--acls-only"),
    ],
)
def test_unusable(
    corpus: str, options: list[str], words: str, config: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.txt").write_text("x")
    (tmp_path / "junk").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "mbox").write_bytes(b"From x\n" + mail(1))
    assert main(["replay", config, corpus, *options]) == 2
    assert words in capsys.readouterr().err


# -- messages made to hurt


def test_malformed_messages(run: Callable[..., Any], tmp_path: Path) -> None:
    head = b"Delivered-To: kim@here.example\n"
    hurting = [
        head + b"Subject: \0\xff\xfe\n\n\0\0\xff\n.\n..\r\n.\r\rx",
        head + b"X-Long: " + b"x" * 2_000_000 + b"\n\nbody\n",
        head + b"".join(b"X-%d: y\n" % number for number in range(20000)) + b"\nbody\n",
        head + b" \n\t\n: no name\nno colon\n\nbody",
        b"\n" + head,
        b"",
        b"\xff" * 1000,
        b"Return-Path: <a\r\nRCPT TO:<x@y>\nDelivered-To: <<<>,;:@@\"\nTo: undisclosed:;\n\n",
        b"Return-Path: \xff@\xfe\nTo: kim@here.example\nReceived: from [999.1.1.1] (helo=\xff) by x\n\nx",
    ]
    _, summary, results = run(maildir(tmp_path / "box", hurting))
    assert summary["messages"] == len(hurting)
    assert {error["kind"] for result in results for error in result["errors"]} <= {"unreadable"}
    by_name = {result["name"][4:9]: result for result in results}
    assert by_name["00000"]["verdict"] == "accept"
    assert by_name["00001"]["reply"].startswith("552 ")
    assert by_name["00005"]["errors"][0]["message"] == "the message does not say for whom it is"


def test_unreadable_message(run: Callable[..., Any], tmp_path: Path) -> None:
    box = Path(maildir(tmp_path / "box", [mail(0)]))
    (box / "new" / "x").symlink_to(tmp_path / "nowhere")
    (box / "new" / "y").mkdir()
    status, _, results = run(box)
    assert status == 1
    assert [result["verdict"] for result in results] == ["accept", "error", "error"]
    assert "No such file" in results[1]["errors"][0]["message"]


def test_errors_do_not_stop_the_run(run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = calls.hold

    def hold(scope: Any, call: Any) -> Any:
        if b"crash" in call.message:
            raise ZeroDivisionError("oh")
        return real(scope, call)

    monkeypatch.setattr(play, "hold", hold)
    mails = [mail(0), mail(1, "asks@here.example"), mail(2, subject="crash"), mail(3, "x@away.example"), mail(4)]
    status, summary, results = run(maildir(tmp_path / "box", mails))
    assert status == 1
    by_name = {result["name"][4:9]: result for result in results}
    (unanswered,) = by_name["00001"]["errors"]
    assert unanswered["kind"] == "unanswered"
    assert unanswered["call"].startswith("redis ")
    assert "exim.conf:" in unanswered["place"]
    assert unanswered["stub"]
    (internal,) = by_name["00002"]["errors"]
    assert internal["kind"] == "internal"
    assert "ZeroDivisionError: oh at " in internal["message"]
    (unrouted,) = by_name["00003"]["errors"]
    assert (by_name["00003"]["verdict"], unrouted["kind"], unrouted["at"]) == ("accept", "unanswered", "route x@away.example")
    assert (by_name["00000"]["verdict"], by_name["00004"]["verdict"]) == ("accept", "accept")
    assert summary["failed"] == 3
    assert sorted(error["kind"] for error in summary["errors"]) == ["internal", "unanswered", "unanswered"]


def test_answers(run: Callable[..., Any], tmp_path: Path) -> None:
    """Answers in turn begin anew with each message."""
    fixtures = tmp_path / "fixtures.json"
    fixtures.write_text(json.dumps({"redis": {"get x": {"in turn": ["yes", "no"]}}}))
    box = maildir(tmp_path / "box", [mail(n, "asks@here.example") for n in range(3)])
    _, summary, _ = run(box, "--fixtures", str(fixtures), "--acls-only")
    assert summary["verdicts"] == {"accept": 3}
    assert summary["routers"] == {}


def test_transports(run: Callable[..., Any], tmp_path: Path) -> None:
    _, _, results = run(maildir(tmp_path / "box", [mail(0)]), "--transports")
    (delivery,) = results[0]["taken"][0]["deliveries"]
    assert (delivery["router"], delivery["transport"]) == ("box", "local")
    assert delivery["file"] == "/var/mail/kim"


# -- envelopes

HOPS = [
    ("from a.example ([192.0.2.1] helo=me.example) by mx for x@y.example; Mon", "192.0.2.1", "me.example", "x@y.example"),
    ("from mail.a.example ([192.0.2.1])\n\tby mx", "192.0.2.1", "mail.a.example", ""),
    ("from [192.0.2.1] (helo=[192.0.2.2]) by mx", "192.0.2.1", "[192.0.2.2]", ""),
    ("from me.example (b.example [IPv6:2001:db8::1])\n by mx for <x@y.example>", "2001:db8::1", "me.example", "x@y.example"),
    ("from unknown (HELO me.example) (192.0.2.9) by 0 with SMTP", "192.0.2.9", "me.example", ""),
    ("from HOST.example (192.0.2.5) by EX.example (192.0.2.6)", "192.0.2.5", "HOST.example", ""),
    ("by mx.example (Postfix, from userid 0)", "", "", ""),
    ("from nothing", "", "nothing", ""),
    ("(qmail 1 invoked by uid 0); 1 Jan", "", "", ""),
]  # fmt: skip


@pytest.mark.parametrize("line, host, helo, recipient", HOPS)
def test_received(line: str, host: str, helo: str, recipient: str) -> None:
    assert read_hop(line.encode()) == (host, helo.encode(), recipient.encode())


def test_trusted_hops() -> None:
    lines = [b"from a ([127.0.0.1]) by b", b"from b ([198.51.100.1]) by c", b"from c ([192.0.2.1]) by d"]
    for trusted, host in (((), "198.51.100.1"), (("198.51.100.0/24",), "192.0.2.1"), (("0.0.0.0/0",), "127.0.0.1")):
        hop = client_hop(lines, trusted)
        assert hop is not None
        assert hop.host == host
    assert client_hop([b"by us"]) is None


@pytest.mark.parametrize(
    "headers, sender, recipients, origin",
    [
        ("X-Envelope-From: <a@x.example>\nReturn-Path: <b@x.example>\nX-Envelope-To: c@y.example\nX-Envelope-To: d@y.example",
         "a@x.example", ["c@y.example", "d@y.example"], ("X-Envelope-From", "X-Envelope-To")),
        ("Return-Path: <>\nDelivered-To: c@y.example\nDelivered-To: d@y.example",
         "", ["c@y.example"], ("Return-Path", "Delivered-To")),
        ("From: A <a@x.example>\nTo: \"B, C\" <b@y.example>,\n c@y.example\nCc: b@y.example",
         "a@x.example", ["b@y.example", "c@y.example"], ("From", "To, Cc, Bcc")),
        ("Received: from x by y for <b@y.example>; Mon\nTo: list@z.example", "", ["b@y.example"], ("default", "Received")),
        ("X-Original-To: alias@y.example\nDelivered-To: b@y.example", "", ["alias@y.example"], ("default", "X-Original-To")),
        ("Subject: none", "", [], ("default", "default")),
    ],
)  # fmt: skip
def test_envelope(headers: str, sender: str, recipients: list[str], origin: tuple[str, str]) -> None:
    envelope = envelope_of(headers.encode() + b"\n\nTo: body@y.example\n", Given())
    assert envelope.sender == sender.encode()
    assert [one.decode() for one in envelope.recipients] == recipients
    assert (envelope.origin["sender"], envelope.origin["recipients"]) == origin
    assert envelope.host == "203.0.113.1"


def test_options_override(run: Callable[..., Any], tmp_path: Path) -> None:
    options = ["--host", "192.0.2.66", "--helo", "me", "--sender", "<>"]
    options += ["--rcpt", "bad@here.example", "--rcpt", "b@here.example"]
    _, _, (result,) = run(maildir(tmp_path / "box", [mail(0)]), *options)
    assert (result["client"], result["sender"]) == ({"host": "192.0.2.66", "helo": "me"}, "")
    assert result["recipients"] == ["bad@here.example", "b@here.example"]
    assert set(result["origin"].values()) == {"option"}
    assert result["verdict"] == "drop"


# -- comparison


def test_against(run: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str], config: str) -> None:
    old = tmp_path / "old.conf"
    text = CONFIGURATION.replace("begin acl", "# moved\nbegin acl").replace("local_parts = bad", "local_parts = worse")
    old.write_text(text.replace("message = relay not permitted", "message = go away").replace("kim : bob", "kim"))
    box = maildir(tmp_path / "box", [mail(n, who) for n, who in enumerate(
        ["kim@here.example", "bad@here.example", "bad@here.example", "x@else.example", "bob@here.example"])])  # fmt: skip
    status, summary, results = run(box, "--against", str(old))
    assert (status, summary["changed"], summary["messages"]) == (1, 4, 5)
    assert [(change["what"], change["count"]) for change in summary["changes"]] == [("verdict", 2), ("reply", 1), ("route", 1)]
    verdict = summary["changes"][0]
    assert verdict["old"].startswith("RCPT accept: accept at ")
    assert verdict["new"].startswith("RCPT deny: deny at ")
    assert verdict["example"]["new_detail"] == "550 no bad"
    assert (summary["changes"][1]["example"]["old_detail"], summary["changes"][2]["new"]) == ("550 go away", "R=box T=local")
    assert [set(result) for result in results if not result["changed"]] == [{"number", "name", "verdict", "changed"}]
    assert main(["replay", config, box, "--against", str(old), "-j1"]) == 1
    said = capsys.readouterr().out
    assert "4 changed" in said
    assert "  + RCPT deny: deny at " in said
    assert "R=box T=local" in said


def test_example(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/replay.md shows what it prints, but for the message id."""
    monkeypatch.chdir(ROOT / "examples" / "replay")
    assert main(["replay", "new.conf", "corpus", "--against", "old.conf"]) == 1
    page = (ROOT / "docs" / "replay.md").read_text("utf-8")
    for line in capsys.readouterr().out.splitlines():
        assert "250 OK id=" in line or f"    {line}\n" in page


def test_against_the_same(run: Callable[..., Any], tmp_path: Path) -> None:
    old = tmp_path / "old.conf"
    old.write_text("# moved by a line\n" + CONFIGURATION)
    status, summary, _ = run(maildir(tmp_path / "box", [mail(n) for n in range(40)]), "--against", str(old))
    assert (status, summary["changed"], summary["changes"]) == (0, 0, [])
    status, summary, (result,) = run(maildir(tmp_path / "unanswered", [mail(1, "asks@here.example")]), "--against", str(old))
    assert (status, summary["changed"], summary["failed"]) == (1, 0, 1)  # neither can say what happens to it
    assert result["errors"][0]["kind"] == "unanswered"
