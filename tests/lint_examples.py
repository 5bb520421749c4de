"""Puts the examples of the rules' pages into an otherwise sound configuration, and lints that."""

from __future__ import annotations

from dataclasses import dataclass

from exim_lang.lint.engine import Diagnostic, lint
from exim_lang.lint.page import Example
from exim_lang.lint.settings import Settings
from exim_lang.model.dialect import Dialect, complete_dialect, dialect_for
from exim_lang.model.load import config_from_text

MAIN = """\
primary_hostname = mx.example.org
domainlist local_domains = example.org
domainlist relay_to_domains =
hostlist relay_from_hosts = 127.0.0.1 : ::1
keep_environment =
tls_advertise_hosts =
acl_smtp_rcpt = acl_check_rcpt
acl_smtp_data = acl_check_data
"""

RCPT = """\
  accept hosts = +relay_from_hosts
  require message = relay not permitted
          domains = +local_domains : +relay_to_domains
  require verify = recipient
  accept
"""

ROUTERS = """\
dnslookup:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  ignore_target_hosts = 0.0.0.0 : 127.0.0.0/8
  no_more

localuser:
  driver = accept
  domains = +local_domains
  check_local_user
  transport = local_delivery
"""

TRANSPORTS = """\
remote_smtp:
  driver = smtp

local_delivery:
  driver = appendfile
  file = /var/mail/$local_part_data
  user = mail

address_pipe:
  driver = pipe

address_file:
  driver = appendfile

address_reply:
  driver = autoreply
"""

RETRY = "* * F,2h,15m; G,16h,1h,1.5; F,4d,6h\n"

PHASES = {
    "acl": "rcpt",
    "aclauth": "auth",
    "aclconn": "connect",
    "acldata": "data",
    "acldkim": "dkim",
    "acletrn": "etrn",
    "aclhelo": "helo",
    "aclmail": "mail",
    "aclmime": "mime",
    "aclnotquit": "notquit",
    "aclpredata": "predata",
    "aclquit": "quit",
    "aclvrfy": "vrfy",
}
"""Where an example that is the body of an ACL goes."""


@dataclass(frozen=True)
class Placed:
    """A whole configuration, and the lines (from 1) that the example became."""

    text: str
    first: int
    last: int


def placed(example: Example) -> Placed:
    """The configuration with the example in it."""
    parts = {
        "main": MAIN,
        "acl": "",
        "routers": ROUTERS,
        "transports": TRANSPORTS,
        "authenticators": "",
        "rewrite": "",
        "retry": RETRY,
    }
    mark = "\0"
    body = mark + example.text
    acls = {"rcpt": RCPT, "data": "  accept\n"}
    if example.kind == "full":
        return Placed(example.text, 1, example.text.count("\n"))
    if example.kind == "main":
        mine = {line.partition("=")[0].strip() for line in example.text.splitlines() if "=" in line}
        parts["main"] = "".join(
            line for line in MAIN.splitlines(keepends=True) if line.partition("=")[0].strip() not in mine
        ) + body
    elif example.kind in PHASES:
        phase = PHASES[example.kind]
        acls[phase] = body + (RCPT if phase == "rcpt" else "")
        if phase not in ("rcpt", "data"):
            parts["main"] += f"acl_smtp_{phase} = acl_check_{phase}\n"
    elif example.kind == "exp":
        acls["rcpt"] = f"  warn set acl_m_example = {body}" + RCPT
    elif example.kind != "aclsec":
        section = {"router": "routers", "transport": "transports", "auth": "authenticators"}.get(example.kind, example.kind)
        names = {line for line in example.text.splitlines() if line.endswith(":") and not line.startswith(" ")}
        parts[section] = body + "\n" + _without(parts[section], names)
    parts["acl"] = "".join(f"acl_check_{phase}:\n{text}\n" for phase, text in acls.items())
    if example.kind == "aclsec":
        parts["acl"] += body
    text = parts.pop("main") + "".join(f"\nbegin {name}\n\n{part}" for name, part in parts.items() if part)
    first = text[: text.index(mark)].count("\n") + 1
    return Placed(text.replace(mark, ""), first, first + example.text.count("\n") - 1)


def _without(section: str, names: set[str]) -> str:
    """The section without the drivers of some names."""
    drivers = section.split("\n\n")
    return "\n\n".join(driver for driver in drivers if driver.split("\n")[0] not in names)


def target_of(example: Example) -> Dialect:
    """The Exim that an example is for."""
    if example.target.startswith("debian-"):
        return dialect_for(example.target.removeprefix("debian-"))
    return complete_dialect(example.target)


def found_in(example: Example, rule: str) -> list[Diagnostic]:
    """What a rule finds in the lines of an example."""
    whole = placed(example)
    config = config_from_text(whole.text.encode().decode("latin-1"), "example.conf", dialect=target_of(example))
    since = complete_dialect(example.since) if example.since else None
    report = lint(config, Settings(select=(rule,)), since=since)
    return [one for one in report.diagnostics if whole.first <= one.place.line <= whole.last]
