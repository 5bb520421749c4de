"""Debian's split configuration: files in `conf.d/`, put together with what `update-exim4.conf.conf` says.

    /etc/exim4/update-exim4.conf.conf       answers to Debian's questions, as shell variables
    /etc/exim4/conf.d/main/01_...           parts, section by section
    /etc/exim4/conf.d/acl/00_... and so on

Debian's `update-exim4.conf` writes one file of that, without comments. Here the parts are read as if they were included
one after the other, so that every character keeps the place where a person wrote it. What Debian makes macros of are
macros here, unless a part has defined them by then.
"""

from __future__ import annotations

import os
import re
from typing import Final

from exim_lang.errors import UsageError
from exim_lang.source.text import SourceFile

SECTIONS: Final = ("main", "acl", "router", "transport", "retry", "rewrite", "auth")

_PART = re.compile(r"[A-Za-z0-9_-]+")
_ANSWER = re.compile(r"""^\s*([A-Za-z_]\w*)=(?:'([^'\n]*)'|"([^"\n]*)"|([^\s#]*))""", re.MULTILINE)
_DEFINED = re.compile(r"^[ \t]*([A-Z]\w*|DC\w*)[ \t]*==?", re.MULTILINE)


def split_folder(path: str) -> str:
    """The folder `conf.d` that is meant by a path to it, or to the folder that it is in; empty when there is none."""
    for folder in (path, os.path.join(path, "conf.d")):
        if os.path.isdir(os.path.join(folder, "main")) and os.path.isdir(os.path.join(folder, "acl")):
            return os.path.normpath(folder)
    return ""


def read_split(folder: str) -> tuple[SourceFile, dict[str, str]]:
    """A main file that includes all parts of `folder` (a `conf.d`), and the macros that Debian defines for it.

    Raises UsageError for what cannot be read.
    """
    parts = [part for section in SECTIONS for part in _parts(os.path.abspath(os.path.join(folder, section)))]
    content = "".join(f".include {part}\n" for part in parts)
    answers = os.path.join(os.path.dirname(os.path.abspath(folder)), "update-exim4.conf.conf")
    macros = _macros(_answers(answers), _mailname())
    own: set[str] = set()
    for text in map(_text, parts):
        if "UPEX4CmacrosUPEX4C" in text:
            break
        own.update(_DEFINED.findall(text))
    return SourceFile(folder, content), {name: value for name, value in macros.items() if name not in own}


def _parts(folder: str) -> list[str]:
    """The files of a section in the order of `run-parts`; `name.rul` takes the place of `name`."""
    if not os.path.isdir(folder):
        return []
    found = []
    for name in sorted(os.listdir(folder), key=os.fsencode):
        path = os.path.join(folder, name)
        if _PART.fullmatch(name) and os.path.isfile(path):
            found.append(f"{path}.rul" if os.path.isfile(f"{path}.rul") else path)
    return found


def _text(path: str) -> str:
    try:
        with open(path, encoding="latin-1") as file:
            return file.read()
    except OSError as error:
        raise UsageError(f"failed to open configuration file {path}: {error.strerror}") from error


def _answers(path: str) -> dict[str, str]:
    """The variables of a file of shell assignments; none of it is run."""
    if not os.path.exists(path):
        return {}
    return {name: single or double or bare for name, single, double, bare in _ANSWER.findall(_text(path))}


def _mailname() -> str:
    try:
        with open("/etc/mailname", encoding="latin-1") as file:
            found = re.match(r"[-A-Za-z0-9@.]+", file.readline())
    except OSError:
        found = None
    return found[0].lower() if found else ""


def _macros(answers: dict[str, str], mailname: str) -> dict[str, str]:
    """What Debian defines, when its package is configured at all."""
    kind = answers.get("dc_eximconfig_configtype", "").lower()
    if kind not in ("satellite", "smarthost", "local", "internet"):
        return {}
    lists = {name: _list(answers.get(name, "")) for name in ("dc_other_hostnames", "dc_relay_domains", "dc_relay_nets")}
    nets = lists["dc_relay_nets"]
    local = f"@:localhost:{answers.get('dc_other_hostnames', '').lower()}"
    macros = {
        "MAIN_LOCAL_DOMAINS": re.sub(r"[;: ]*$", "", local).replace(" ", "", 1).replace(";", ":"),
        "MAIN_RELAY_TO_DOMAINS": lists["dc_relay_domains"],
        "ETC_MAILNAME": mailname,
        "LOCAL_DELIVERY": (answers.get("dc_localdelivery") or "mail_spool").lower(),
        "MAIN_RELAY_NETS": f"{nets} ; 127.0.0.1 ; ::1" if nets.startswith("<;") else f"{nets} : 127.0.0.1 : ::::1",
        "DCreadhost": answers.get("dc_readhost", "").lower(),
        "DCsmarthost": answers.get("dc_smarthost", "").lower().replace(";", ":"),
        "DC_eximconfig_configtype": kind,
        f"DCconfig_{kind}": "1",
        "MAIN_PACKAGE_VERSION": "0",
    }
    if answers.get("dc_local_interfaces"):
        macros["MAIN_LOCAL_INTERFACES"] = _list(answers["dc_local_interfaces"])
    hidden = answers.get("dc_hide_mailname", "").lower() == "true" and answers.get("dc_readhost")
    if hidden and kind in ("satellite", "smarthost"):
        macros["HIDE_MAILNAME"] = "1"
    macros.update({name: value.lower() for name, value in answers.items() if name[0].isupper() and name != "CFILEMODE"})
    return macros


def _list(value: str) -> str:
    """A list as Debian takes it: semicolons mean a list that is separated by them."""
    value = value.lower().strip()
    return f"<; {value}" if ";" in value and not value.startswith("<") else value
