"""`maildir_format` or `mailstore_format` with `file`.

These formats are directories: they need `directory`.

Bad (transport):

    t1:
      driver = appendfile
      maildir_format
      file = /var/mail/x
      user = mail

Good (transport):

    t1:
      driver = appendfile
      maildir_format
      directory = /var/mail/x
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.routing import is_set, transports
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("maildir-with-file", group="routing", severity="warning", fix="partial")
def check(survey: Survey) -> Iterator[Finding]:
    """Such transports."""
    for driver in transports(survey, "appendfile"):
        file = driver.settings.get("file")
        for name in ("maildir_format", "mailstore_format"):
            if file is not None and is_set(driver, name):
                edit = edit_of(file.line.text, file.span, "directory")
                fix = Fix("write directory", (edit,), safe=False) if edit else None
                message = f"{name} needs directory, not file"
                yield Finding(message, file.line.text, file.span, "write directory = ...", fix)
