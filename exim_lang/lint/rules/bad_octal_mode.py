"""A file mode that is no octal number.

Bad (transport):

    t1:
      driver = appendfile
      file = /tmp/x
      mode = 888

Good (transport):

    t1:
      driver = appendfile
      file = /tmp/x
      mode = 0660
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("bad-octal-mode", group="options", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """What Exim refuses."""
    return survey.refused("octal integer expected for|extra characters follow octal", "digits from 0 to 7: 0660")
