"""Configurations: options, drivers, rules and what Exim refuses about them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.cli.exim.refusal import refusal
from exim_lang.errors import UsageError
from exim_lang.model.dialect import NEWEST, Build, Dialect, build_profile, dialect_for, history
from exim_lang.model.load import config_from_text, load_config
from exim_lang.model.options import every_age, options_of
from exim_lang.source.text import Place
from exim_lang.syntax.config_nodes import RetryParameter

CASES = Path(__file__).parent / "cases" / "model"
DEBIAN = dialect_for("4.96")


def unescape(line: str) -> str:
    """A configuration written as one line: `\\n` and `\\t` are escapes, `\\\\` is a backslash."""
    return line.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\") + "\n"


def read_cases(name: str) -> list[tuple[str, str]]:
    """Pairs of a configuration behind `> ` and the indented lines below it."""
    cases: list[tuple[str, list[str]]] = []
    for line in (CASES / name).read_text("latin-1").splitlines():
        if line.startswith("> "):
            cases.append((line[2:], []))
        elif line.startswith("  "):
            cases[-1][1].append(line[2:])
    return [(line, "\n".join(answer)) for line, answer in cases]


PROBLEMS = read_cases("problems.txt")


@pytest.mark.parametrize(("line", "answer"), PROBLEMS, ids=[line for line, _ in PROBLEMS])
def test_problem(line: str, answer: str) -> None:
    config = config_from_text(unescape(line), "CONFIG", dialect=DEBIAN)
    assert (refusal(config.fatal) if config.fatal else "accepted") == answer


def test_problems_are_those_of_the_installed_exim(tmp_path: Path) -> None:
    """Every tenth case: Exim itself still says what the case file says."""
    exim = shutil.which("exim4")
    assert exim, "the tests need the package exim4-daemon-heavy"
    for line, answer in PROBLEMS[::10]:
        path = tmp_path / "CONFIG"
        path.write_text(unescape(line), "latin-1")
        path.chmod(0o644)
        done = subprocess.run([exim, "-C", str(path), "-bV"], capture_output=True, check=False, timeout=20)
        if answer == "accepted":
            assert done.returncode == 0, line
        else:
            assert done.returncode == 1, line
            said = done.stderr.decode("latin-1").replace(str(path), "CONFIG")
            assert answer.split("\n", 1)[1] in said, line


def test_reading_goes_on_behind_a_problem() -> None:
    text = "zork = 1\nqualify_domain = a\nqualify_domain = b\nbegin routers\nr:\n driver = redirect\n auto = 1\n"
    config = config_from_text(text, "c")
    assert [(problem.place.line, problem.message) for problem in config.problems][:2] == [
        (1, 'main option "zork" unknown'),
        (3, '"qualify_domain" option set for the second time'),
    ]
    assert config.option("qualify_domain") == "a"
    assert 'option "auto" unknown' in [problem.message for problem in config.problems]


def test_problems_stand_in_the_order_of_the_lines() -> None:
    config = config_from_text("X = 1\nX = 2\nzork\nbegin acl\nfoo bar\n.include /nonexistent/file\nx y z\n", "c")
    assert [problem.place.line for problem in config.problems] == sorted(
        problem.place.line for problem in config.problems
    )


def test_values() -> None:
    config = config_from_text(
        "message_size_limit = 10M\nbounce_return_size_limit = 10K\ncheck_spool_space = 5M\nqueue_only_load = 1.25\n"
        "auto_thaw = 1w2d3h4m5s\ndelay_warning = 1h:2h\nnever_users = root : 5\nno_accept_8bitmime\ntrusted_users =\n"
        'smtp_banner = "a\\tb\\x41\\101\\\\"\nremote_max_parallel = 0x10\n'
    )
    assert not config.problems
    assert config.option("message_size_limit") == "10M"
    assert config.option("bounce_return_size_limit") == 10240
    assert config.option("check_spool_space") == 5120
    assert config.option("queue_only_load") == 1.25
    assert config.option("auto_thaw") == 604800 + 2 * 86400 + 3 * 3600 + 4 * 60 + 5
    assert config.option("delay_warning") == (3600, 7200)
    assert config.option("never_users") == ("root", 5)
    assert config.option("accept_8bitmime") is False
    assert config.option("smtp_banner") == "a\tbAA\\"
    assert config.option("remote_max_parallel") == 16


def test_defaults() -> None:
    config = config_from_text("")
    assert config.option("accept_8bitmime") is True
    assert config.option("retry_data_expire") == 7 * 86400
    assert config.text("acl_smtp_rcpt") is None
    banner = config.text("smtp_banner")
    assert banner is not None
    assert banner.string.startswith("$smtp_active_hostname ESMTP")
    with pytest.raises(KeyError):
        config.option("zork")


def test_every_default_can_be_read() -> None:
    for version in ("4.94", "4.96", "4.97", "4.99"):
        dialect = dialect_for(version)
        empty = config_from_text("", dialect=dialect)
        for fact in options_of(dialect, "main"):
            empty.option(fact.name)
        assert len(options_of(dialect, "transport:smtp")) > 60


def test_quoted_text_keeps_its_places() -> None:
    config = config_from_text('GREETING = Hi\nsmtp_banner = "\\tone GREETING\\\n   two"\n', "c")
    text = config.text("smtp_banner")
    assert text is not None
    assert text.string == "\tone Hitwo"
    assert text.place(0) == Place("c", 2, 16)
    assert text.place(1) == Place("c", 2, 18)
    assert text.place(text.string.index("two")) == Place("c", 3, 4)
    assert text.place(text.string.index("Hi")).macros == ("GREETING",)


def test_named_lists() -> None:
    config = config_from_text("domainlist a = x : y\nhide hostlist a = *\nlocalpartlist_cache b = q\n")
    assert config.lists["domain"]["a"].text.string == "x : y"
    assert config.lists["host"]["a"].hidden
    assert config.lists["localpart"]["b"].cached


def test_drivers() -> None:
    config = config_from_text(
        "begin routers\nr:\n  driver = redirect\n  condition = ${if a}\n  condition = b\n  data = x\n  no_verify\n"
        "  headers_add = A: b\n  headers_add = <; C: d ; E: f\n  set = r_a = 1\n  set = r_b = 2\n"
    )
    (router,) = config.routers
    assert (router.name, router.driver, router.place.line) == ("r", "redirect", 2)
    text = router.text("condition")
    assert text is not None
    assert text.string == "${if and{{bool_lax{${if a}}}{bool_lax{b}}}}"
    assert router.option("headers_add") == "A: b\nC: d\nE: f"
    assert router.option("set") == "r_a = 1;r_b = 2"
    assert router.option("verify_sender") is False
    assert router.option("more") is True
    with pytest.raises(KeyError):
        router.option("hosts_try_auth")


@pytest.mark.parametrize(
    ("lines", "option", "value"),
    [
        ("headers_remove = a : b", "headers_remove", "a:b"),
        ("headers_remove = a : b :\n headers_remove = c", "headers_remove", "a:b:c"),
        ("headers_remove = a\n headers_remove = c::d : : e", "headers_remove", "a:c::d::e"),
        ("headers_remove = a\n headers_remove = <; c::d ; ;; e;", "headers_remove", "a:c::::d:; e"),
        ("headers_add = A: b\n headers_add = <; E: f ;; g; H: i", "headers_add", "A: b\nE: f ; g\nH: i"),
        ("set = r_a = x;;y\n set = r_b=z;;;r_c=q", "set", "r_a = x;;y;r_b=z;;;r_c=q"),
        ("set =\n set = r_b=z;", "set", "r_b=z"),
    ],
)
def test_lists_that_are_joined(lines: str, option: str, value: str) -> None:
    """The values are those that `exim4 -bP router r` shows."""
    (router,) = config_from_text(f"begin routers\nr:\n driver = redirect\n data = x\n {lines}\n").routers
    assert router.option(option) == value


def test_rules() -> None:
    config = config_from_text(
        "begin rewrite\n*@a.example  $1@b.example  Ffr q\nbegin retry\n* timeout_MX senders=: F,2h,15m; G,16h,1h,1.5\n"
    )
    (rewrite,) = config.rewrite
    assert (rewrite.pattern.string, rewrite.replacement.string, rewrite.flags) == ("*@a.example", "$1@b.example", "Ffrq")
    (retry,) = config.retry
    assert retry.senders is not None
    assert (retry.error.string, retry.senders.string) == ("timeout_MX", ":")
    assert retry.parameters == (RetryParameter("F", 7200, 900), RetryParameter("G", 57600, 3600, 1500))


@pytest.mark.parametrize(
    ("version", "text", "message"),
    [
        ("4.99", "perl_startup = x", 'main option "perl_startup" unknown'),
        ("4.99", "drop_cr", 'main option "drop_cr" unknown'),
        ("4.96", "hosts_xclient = *", 'main option "hosts_xclient" unknown'),
        ("4.99", "begin authenticators\na:\n driver = gsasl", 'auth a: cannot find auth driver "gsasl"'),
        ("4.99", "begin transports\nt:\n driver = smtp\n hosts_try_dane = *", 'option "hosts_try_dane" unknown'),
        ("4.96", "openssl_options = +no_sslv2", "openssl_options is set but we're using GnuTLS"),
    ],
)
def test_dialect_decides(version: str, text: str, message: str) -> None:
    config = config_from_text(text + "\n", dialect=dialect_for(version))
    assert [problem.message for problem in config.problems] == [message]


def test_names() -> None:
    newest, old = dialect_for(), dialect_for("4.90")
    assert newest.version == NEWEST
    assert newest.knows("variable", "sender_host_address")
    assert newest.knows("lookup", "lmdb")
    assert not old.knows("lookup", "lmdb")
    assert newest.knows("router_option:redirect", "sieve_inbox")
    assert not DEBIAN.knows("router_option:redirect", "sieve_inbox")
    assert not newest.knows("variable", "no_such_thing")
    row = history("spf_result", "err_temp")
    assert row is not None
    assert (row.until, row["renamed"]) == ("4.91", "temperror")


def test_build_is_read_from_bv() -> None:
    build = Build.parse("Exim version 4.94.2 #2\nSupport for: IPv6 OpenSSL DKIM\nTransports: appendfile/maildir smtp\n")
    assert build.version == (4, 94)
    assert build.has("tls")
    assert build.has("transport smtp")
    assert build.has("appendfile/maildir")
    assert not build.has("gnutls")
    assert not Dialect((4, 94), build).knows("transport", "pipe")
    with pytest.raises(UsageError):
        Build.parse("something else")
    assert build_profile("4.96").has("gnutls")


def test_option_of_several_ages() -> None:
    assert [fact.type for fact in every_age("main", "recipients_max")] == ["integer", "string"]


def test_unreadable_file() -> None:
    with pytest.raises(UsageError):
        load_config("/nonexistent/exim.conf")


def test_what_an_option_said_is_forgotten_when_it_is_set() -> None:
    config = config_from_text("qualify_domain = a.example\n")
    other = config_from_text("qualify_domain = b.example\n")
    assert (str(config.text("qualify_domain")), config.option("qualify_domain")) == ("a.example", "a.example")
    config.memo["of a later layer"] = "a.example"
    config.set(other.main["qualify_domain"])
    assert not config.memo
    assert (str(config.text("qualify_domain")), config.option("qualify_domain")) == ("b.example", "b.example")
