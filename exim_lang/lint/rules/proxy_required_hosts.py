"""`proxy_required_hosts` is `hosts_proxy` now.

Bad (main):

    proxy_required_hosts = 192.0.2.1

Good (main):

    hosts_proxy = 192.0.2.1
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import replaced
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("proxy-required-hosts", group="upgrade", severity="error", fix="yes", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """The option."""
    return replaced(survey, "proxy_required_hosts")
