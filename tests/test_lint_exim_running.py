"""What pages of the linter quote of Exim at run time is what the installed Exim says to their own bad examples."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.lint.page import examples
from exim_lang.lint.rule import RULES
from tests.lint_examples import placed

DIALOGUE = b"""\
EHLO x.example\r
MAIL FROM:<a@b.example>\r
RCPT TO:<root@example.org>\r
RCPT TO:<x@elsewhere.example>\r
DATA\r
Subject: x\r
\r
x\r
.\r
QUIT\r
"""
SAID = {
    "condition-wrong-acl": "cannot test domains condition in connection ACL",
    "regex-colon": "missing closing parenthesis",
    "tainted-acl-or-queue-name": 'attempt to use tainted ACL text "example.org"',
    "tainted-transport-name": "attempt to use tainted value 't_example.org' from 't_$domain' for transport",
    "unbalanced-braces": "451 Temporary local problem",
    "undefined-acl": 'unknown ACL verb "acl_check_rctp"',
    "undefined-named-list": 'unknown named host list "+relay_form_hosts"',
    "undefined-transport": 'transport "local_delivry" not found',
    "unquoted-lookup-query": "tainted search query is not properly quoted",
}
"""By rule: words that its page quotes."""


@pytest.mark.parametrize("name", sorted(SAID))
def test_exim_says_what_the_page_quotes(name: str, tmp_path: Path) -> None:
    exim = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin")
    if exim is None:
        pytest.fail("the package exim4-daemon-heavy is not installed")
    page = RULES[name].page
    assert SAID[name] in " ".join(page.split())
    conf = tmp_path / "exim.conf"
    conf.write_text(placed(next(example for example in examples(page) if example.bad)).text)
    said = b""
    for words, typed in ((["-bh", "203.0.113.9"], DIALOGUE), (["-bt", "root@example.org"], b"")):
        ran = subprocess.run([exim, "-C", str(conf), *words], input=typed, capture_output=True, check=False, timeout=30)
        said += ran.stdout + ran.stderr
    assert SAID[name] in said.decode("latin-1")
