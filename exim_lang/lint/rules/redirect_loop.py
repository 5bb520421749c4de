"""A redirection to the address itself.

Exim asks a router only once about an address that comes back, so this does nothing.

Bad (router):

    r1:
      driver = redirect
      domains = a.example
      data = $local_part_data@a.example

Good (router):

    r1:
      driver = redirect
      domains = a.example
      data = $local_part_data@b.example
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.routing import routers, use_in
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

SELF = re.compile(r"\$\{?local_part(?:_data)?\}?@(?:\$\{?domain(?:_data)?\}?|([A-Za-z0-9.-]+))")


@rule("redirect-loop", group="routing", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`data` that is the local part at the one domain of the router, without affixes."""
    for driver in routers(survey, "redirect"):
        data, domains = use_in(survey, driver, "data"), use_in(survey, driver, "domains")
        found = SELF.fullmatch(data.text.string.strip()) if data else None
        if data is None or found is None or driver.settings.keys() & {"local_part_suffix", "local_part_prefix"}:
            continue
        if found[1] is None or (domains is not None and domains.text.string.strip() == found[1]):
            yield data.finding(data.whole, "this redirects an address to itself")
