"""A transport writes each message into a file of its own in a directory, without a format.

Usually `maildir_format` was forgotten: the files are named by time and number, and no program looks for them.

Bad (transport):

    t1:
      driver = appendfile
      directory = /var/mail/x
      user = mail

Good (transport):

    t1:
      driver = appendfile
      directory = /var/mail/x
      maildir_format
      user = mail
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey


@rule("appendfile-directory-without-format", group="options", severity="info")
def check(survey: Survey) -> Iterator[Finding]:
    """`directory` without `maildir_format` or `mailstore_format`."""
    for driver in survey.config.transports:
        directory = driver.settings.get("directory")
        if directory is not None and driver.driver == "appendfile":
            formats = [driver.settings.get(name) for name in ("maildir_format", "mailstore_format")]
            if not any(one is not None and one.value for one in formats):
                use = survey.use_of(directory)
                yield use.finding(use.whole, "each message becomes a file of no known format", help="set maildir_format")
