"""A manualroute router without routes, or with both kinds of them.

It needs exactly one of `route_list` and `route_data`.

Bad (router):

    smarthost:
      driver = manualroute
      transport = remote_smtp

Good (router):

    smarthost:
      driver = manualroute
      transport = remote_smtp
      route_list = * relay.example.org
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("manualroute-route-list-xor-data", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused(r"^route_list or route_data \(but not both\)")
