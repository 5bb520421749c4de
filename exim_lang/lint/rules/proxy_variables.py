"""The variables of the proxy protocol have other names.

`$proxy_host_address` is `$proxy_local_address`, `$proxy_target_address` is `$proxy_external_address`, and so on.

Bad (exp):

    $proxy_host_address

Good (exp):

    $proxy_local_address
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.replaced import replaced
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NAMES = ("proxy_host_address", "proxy_host_port", "proxy_target_address", "proxy_target_port")


@rule("proxy-variables", group="upgrade", severity="error", fix="yes", since="4.87")
def check(survey: Survey) -> Iterator[Finding]:
    """The old variables."""
    return replaced(survey, *NAMES)
