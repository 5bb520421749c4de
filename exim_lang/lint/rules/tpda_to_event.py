"""The actions of TPDA are events now.

`tpda_delivery_action` and `tpda_host_defer_action` became `event_action`, which looks at `$event_name`; the variables
have other names.

Bad (transport):

    t1:
      driver = smtp
      tpda_delivery_action = ${acl{log_delivery}}

Good (transport):

    t1:
      driver = smtp
      event_action = ${if eq{$event_name}{msg:delivery}{${acl{log_delivery}}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("tpda-to-event", group="upgrade", severity="error", since="4.85")
def check(survey: Survey) -> Iterator[Finding]:
    """Options and variables that begin with `tpda_`."""
    for one in survey.absent:
        if one.name.startswith("tpda_"):
            yield one.finding()
