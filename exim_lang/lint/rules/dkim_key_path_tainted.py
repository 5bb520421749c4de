"""The file of the DKIM key is named by what the sender wrote.

Exim 4.94 and later do not open it (`Tainted filename '/etc/exim4/dkim/example.org.key'`), and the message goes out without a
signature. `$dkim_domain` is as tainted as what `dkim_domain` was set to.

Bad (transport):

    t1:
      driver = smtp
      dkim_domain = ${lc:${domain:$h_from:}}
      dkim_selector = s1
      dkim_private_key = /etc/exim4/dkim/$dkim_domain.key

Good (transport):

    t1:
      driver = smtp
      dkim_domain = ${lookup{${lc:${domain:$h_from:}}}lsearch,ret=key{/etc/exim4/dkim/domains}}
      dkim_selector = s1
      dkim_private_key = /etc/exim4/dkim/$dkim_domain.key
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.flow.report import culprits, shown, way
from exim_lang.lint.flow.sinks import sinks
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.model.config import Driver
from exim_lang.syntax import expansion as tree

if TYPE_CHECKING:
    from exim_lang.lint.uses import Use


@rule("dkim-key-path-tainted", group="taint", severity="error", fix="partial", since="4.94")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of `dkim_private_key`."""
    flow = survey.flow
    for sink in sinks(flow, "key"):
        use = sink.use
        for part, value in culprits(flow, use, sink.parts):
            message = f"Tainted filename '{shown(use, use.whole)}', so nothing is signed: {value.source} comes from outside"
            help = "take the domain from a list: dkim_domain = ${lookup{...}lsearch,ret=key{/etc/exim4/dkim/domains}}"
            yield use.finding(part.span, message, help=help, fix=_fix(survey, use, part), flow=way(value))


def _fix(survey: Survey, use: Use, part: tree.Part) -> Fix | None:
    """`dkim_domain` looked up; which domains there are, somebody has to write into the file."""
    if not isinstance(part, tree.Variable) or part.name != "dkim_domain" or not isinstance(use.owner, Driver):
        return None
    domain = survey.use_of(use.owner.settings["dkim_domain"])
    text = f"${{lookup{{{domain.text.string}}}lsearch,ret=key{{/etc/exim4/dkim/domains}}}}"
    edit = domain.edit(domain.whole, text)
    return Fix("take the domain from a file of domains", (edit,), safe=False) if edit is not None else None
