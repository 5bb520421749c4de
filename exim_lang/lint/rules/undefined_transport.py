"""A router or another option names a transport that does not exist.

Exim does not look when it starts; each delivery over the router is deferred (`transport "local_delivry" not found`).

Bad (router):

    r1:
      driver = accept
      transport = local_delivry

Good (router):

    r1:
      driver = accept
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.references import transport_uses
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey


@rule("undefined-transport", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant names of transports."""
    names = {driver.name for driver in survey.config.transports}
    for use in transport_uses(survey):
        name = use.constant
        if name and name not in names:
            guess = similar(name, names)
            yield use.finding(
                use.whole, f'the transport "{name}" does not exist', help=f"did you mean {guess}?" if guess else ""
            )
