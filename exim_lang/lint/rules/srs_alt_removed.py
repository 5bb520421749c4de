"""The options of libsrs_alt are gone.

SRS is `${srs_encode{secret}{address}{domain}}` and the condition `inbound_srs` since 4.94.

Bad (router):

    r1:
      driver = redirect
      data = x@y.example
      srs = forward

Good (router):

    r1:
      driver = redirect
      data = ${quote_local_part:$local_part}@y.example
      local_parts = x
      errors_to = ${srs_encode{secret}{$return_path}{$original_domain}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("srs-alt-removed", group="upgrade", severity="error", since="4.96")
def check(survey: Survey) -> Iterator[Finding]:
    """Options and variables that begin with `srs` and are gone."""
    for one in survey.absent:
        if one.name.startswith("srs") and one.state == "gone":
            yield one.finding(help="${srs_encode{secret}{$return_path}{$original_domain}}, inbound_srs")
