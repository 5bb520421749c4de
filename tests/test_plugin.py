"""The example plug-in, installed as its readers would install it, and used by a program of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "plugin"
PROGRAM = """\
import sys
from exim_lang.acl.scope import new_scope
from exim_lang.acl.run import run_acl
from exim_lang.model.load import load_config
from exim_lang.world.files import Files
from exim_lang.world.world import World

root, address, hour = sys.argv[1:]
config = load_config(root + "/exim.conf")
assert not config.problems, config.problems
scope = new_scope(config, World(files=Files(root), now=int(hour) * 3600.0))
scope.connection.host_address = address.encode()
verdict = run_acl(scope, "CONNECT", b"check_connect")
print(verdict.verdict, (verdict.user_message or b"").decode())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package was installed into."""
    source, target = tmp_path_factory.mktemp("source") / "plugin", tmp_path_factory.mktemp("installed")
    shutil.copytree(EXAMPLE, source)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    done = subprocess.run([*command, "--target", str(target), str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


def run(installed: Path | None, *words: str) -> subprocess.CompletedProcess[str]:
    places = [str(ROOT)] if installed is None else [str(installed), str(ROOT)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), "NO_COLOR": "1"}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize(
    "address, hour, expected",
    [
        ("192.0.2.1", "9", "accept"),
        ("192.0.2.200", "9", "deny no mail from 64497 Example Hosting"),
        ("198.51.100.1", "18", "defer come back in the morning"),
    ],
)
def test_condition_and_lookup(installed: Path, address: str, hour: str, expected: str) -> None:
    done = run(installed, "-c", PROGRAM, str(EXAMPLE), address, hour)
    assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_lookup_on_the_command_line(installed: Path) -> None:
    words = ["-m", "exim_lang", "expand", "--root", str(EXAMPLE), "${lookup{192.0.2.7}asn{/networks}}"]
    assert run(installed, *words).stdout == "64496 Example Networks\n"
    missing = run(None, *words)
    assert missing.returncode == 1
    assert 'unknown lookup type "asn"' in missing.stderr


def test_unknown_without_the_package() -> None:
    done = run(None, "-m", "exim_lang", "exim", "-C", str(EXAMPLE / "exim.conf"), "-bV")
    assert done.returncode != 0
    assert 'unknown ACL condition/modifier in "defer   !office_hours = 8-18"' in done.stderr
