"""`$domain` or `$local_part` in a transport that may deliver to several addresses at once.

They are empty when the addresses differ. `multi_domain = false` and `max_rcpt = 1` make sure that they do not.

Bad (transport):

    t1:
      driver = smtp
      helo_data = ${lookup{$domain}lsearch{/etc/exim4/helo}{$value}{$primary_hostname}}

Good (transport):

    t1:
      driver = smtp
      multi_domain = false
      helo_data = ${lookup{$domain}lsearch{/etc/exim4/helo}{$value}{$primary_hostname}}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree

ONE = re.compile(r"\s*1\s*")


@rule("domain-variable-in-smtp-transport", group="routing", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """The variables in options of smtp and lmtp transports that take many recipients."""
    for use, node in survey.nodes(tree.Variable):
        driver = use.owner
        if use.where != "transport" or not isinstance(driver, Driver) or driver.driver not in ("smtp", "lmtp"):
            continue
        alone = driver.settings.get("max_rcpt") or driver.settings.get("batch_max")
        if use.name in ("max_rcpt", "multi_domain", "batch_id", "debug_print") or (alone and ONE.fullmatch(alone.text.string)):
            continue
        multi = driver.settings.get("multi_domain")
        domain = node.name in ("domain", "domain_data") and multi is None
        if domain or node.name in ("local_part", "local_part_data"):
            which = "domains" if domain else "local parts"
            help = "add multi_domain = false" if domain else "add max_rcpt = 1"
            yield use.finding(node.span, f"${node.name} is empty when there are recipients of different {which}", help=help)
