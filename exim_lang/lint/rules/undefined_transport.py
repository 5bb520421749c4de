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

from exim_lang.lint.constants import constant
from exim_lang.lint.finding import Finding
from exim_lang.lint.references import transport_uses
from exim_lang.lint.rule import rule
from exim_lang.lint.similar import similar
from exim_lang.lint.survey import Survey
from exim_lang.lint.uses import Use
from exim_lang.source.text import Span
from exim_lang.syntax import expansion as tree


@rule("undefined-transport", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Constant names of transports, also those of which `${if` chooses one."""
    names = {driver.name for driver in survey.config.transports}
    for use in transport_uses(survey):
        for name, span in _names(use):
            if name and name not in names:
                guess = similar(name, names)
                help = f"did you mean {guess}?" if guess else ""
                yield use.finding(span, f'the transport "{name}" does not exist', help=help)


def _names(use: Use) -> Iterator[tuple[str, Span]]:
    """The constant name, or the names that `${if` chooses from."""
    if use.constant is not None:
        yield use.constant, use.whole
    elif len(use.tree.parts) == 1 and isinstance(choice := use.tree.parts[0], tree.If):
        for string in choice.arguments:
            name = constant(string)
            if name is not None:
                yield name.strip(), string.span
