"""The name of a router, transport, authenticator or ACL has characters that names do not have, or is too long.

Names are letters, digits and `_`; those of ACLs begin with a letter.

Bad (router):

    r.1:
      driver = accept
      transport = local_delivery

Good (router):

    r_1:
      driver = accept
      transport = local_delivery
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("bad-object-name", group="names", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused("name missing$|malformed ACL name|is too long|extra characters follow driver name|name too long")
