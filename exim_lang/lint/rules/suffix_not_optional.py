"""A router with an affix that must be there.

Addresses without it pass the router by, unless `local_part_suffix_optional` or `local_part_prefix_optional` is set.

Bad (router):

    r1:
      driver = accept
      local_part_suffix = +*
      check_local_user
      transport = local_delivery

Good (router):

    r1:
      driver = accept
      local_part_suffix = +*
      local_part_suffix_optional
      check_local_user
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("suffix-not-optional", group="routing", severity="info", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Wildcard affixes of the last router for local users that has one."""
    for driver in survey.config.routers:
        for name in ("local_part_suffix", "local_part_prefix"):
            setting = driver.settings.get(name)
            if setting is None or f"{name}_optional" in driver.settings or "*" not in setting.text.string:
                continue
            if driver.driver == "accept" and "check_local_user" in driver.settings:
                use = survey.use_of(setting)
                edit = use.edit(Span(len(use.text), len(use.text)), f"\n  {name}_optional")
                fix = Fix(f"add {name}_optional", (edit,), safe=False) if edit else None
                message = f"addresses without this pass by the router {driver.name}"
                yield use.finding(use.whole, message, help=f"add {name}_optional if they should not", fix=fix)
