"""Anybody may say that a connection comes from another address.

`hosts_proxy` (and `hosts_xclient`) names the proxies that are believed; `*` believes everybody, and breaks all
connections that come without a proxy.

Bad (main):

    hosts_proxy = *

Good (main):

    hosts_proxy = 192.0.2.10
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("hosts-proxy-open", group="security", severity="critical", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """Lists that match all hosts."""
    for use in survey.of("main", "hosts_proxy", "hosts_xclient"):
        for item in use.items.items if use.items else ():
            if item.text in ("*", "0.0.0.0/0", "::/0") and not item.negated:
                yield use.finding(item.pattern, "every host is believed to be a proxy", help="name the proxies")
