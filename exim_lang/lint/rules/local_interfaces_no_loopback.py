"""Exim does not listen on the loopback interface.

Programs on the same host that send over SMTP cannot.

Bad (main):

    local_interfaces = 192.0.2.1

Good (main):

    local_interfaces = 127.0.0.1 : 192.0.2.1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("local-interfaces-no-loopback", group="options", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """A constant `local_interfaces` with addresses, none of them a loopback or unspecified one."""
    use = survey.main_use("local_interfaces")
    if use is None or use.constant is None or not use.constant.strip() or use.items is None:
        return
    items = [item.text.strip("[] ") for item in use.items.items]
    if items and not any(item.startswith(("127.", "0.0.0.0", "::1", "::0", "::", "localhost")) for item in items):
        yield use.finding(use.whole, "no loopback address: programs of this host cannot send over SMTP")
