"""`driver` is not the first option of a driver.

Bad (router):

    r1:
      transport = local_delivery
      driver = accept

Good (router):

    r1:
      driver = accept
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("option-order", group="delivery", severity="style")
def check(survey: Survey) -> Iterator[Finding]:
    """Drivers whose first setting is another one."""
    for driver in survey.drivers:
        places = {name: setting.place for name, setting in driver.settings.items()}
        place = places.get("driver")
        if place is not None and any(one.file == place.file and one.line < place.line for one in places.values()):
            setting = driver.settings["driver"]
            yield Finding("driver is not the first option", setting.line.text, setting.span)
