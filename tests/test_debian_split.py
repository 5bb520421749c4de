"""Debian's split configuration says the same as the one file that Debian's own program makes of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from exim_lang.cli.main import main
from exim_lang.model.load import load_config

ANSWERS = {
    "local": "dc_eximconfig_configtype='local'\ndc_other_hostnames='vm'\ndc_local_interfaces='127.0.0.1 ; ::1'\n",
    "internet": (
        "dc_eximconfig_configtype='internet'\ndc_other_hostnames='Example.org:example.net'\n"
        "dc_relay_domains='example.com'\ndc_relay_nets='192.0.2.0/24;2001:db8::/32'\ndc_localdelivery='maildir_home'\n"
    ),
    "smarthost": (
        "dc_eximconfig_configtype='smarthost'\ndc_other_hostnames='a.example'\ndc_smarthost='mail.isp.example::587'\n"
        "dc_hide_mailname='true'\ndc_readhost='a.example'\ndc_relay_nets='192.0.2.0/24'\n"
    ),
}


@pytest.fixture(params=sorted(ANSWERS))
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder as /etc/exim4 is, with a part of one's own and the file that Debian's program made of all."""
    shutil.copytree("/etc/exim4/conf.d", tmp_path / "conf.d")
    (tmp_path / "update-exim4.conf.conf").write_text("dc_use_split_config='true'\n" + ANSWERS[request.param])
    (tmp_path / "conf.d" / "main" / "00_mine").write_text("MAIN_RELAY_TO_DOMAINS = relay.example\n")
    (tmp_path / "conf.d" / "main" / "99_not.taken").write_text("zork = 1\n")
    (tmp_path / "conf.d" / "retry" / "30_exim4-config.rul").write_text("* * F,1h,5m\n")
    command = ["update-exim4.conf", "-d", str(tmp_path), "-o", str(tmp_path / "made")]
    subprocess.run(command, check=True, capture_output=True)
    return tmp_path


def shown(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["exim", "--exim-version", "4.96", "-C", str(path), "-bP", "config"]) == 0
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line and not line.startswith(("#", "MAIN_PACKAGE_VERSION", "acl_smtp_quit"))]


def test_it_is_what_debian_makes_of_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = shown(folder / "made", capsys), shown(folder, capsys)
    drop = ("MAIN_", "DC", "ETC_MAILNAME", "LOCAL_DELIVERY", "HIDE_MAILNAME")
    # macros of the command line are not shown among the lines of the file
    assert [line for line in other if not line.startswith(drop)] == [line for line in one if not line.startswith(drop)]


def test_places_are_those_of_the_parts(folder: Path) -> None:
    config = load_config(str(folder / "conf.d"))
    assert config.fatal is None
    assert config.acls["acl_check_rcpt"].place.file.endswith("conf.d/acl/30_exim4-config_check_rcpt")
    assert config.lists["domain"]["relay_to_domains"].text.string == "relay.example"
    assert len(config.retry) == 1


def test_any_other_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(tmp_path)]) == 2
    assert "is a directory, not a configuration file" in capsys.readouterr().err
