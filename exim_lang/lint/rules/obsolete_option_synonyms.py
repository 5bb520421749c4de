"""Old names of options.

Bad (main):

    return_size_limit = 10K

Good (main):

    bounce_return_size_limit = 10K
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.fixes import edit_of
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEW = {
    "return_size_limit": "bounce_return_size_limit",
    "daemon_smtp_port": "daemon_smtp_ports",
    "auto_thaw": "auto_thaw",
    "helo_verify": "helo_verify_hosts",
    "trusted_user": "trusted_users",
    "warnmsg_file": "warn_message_file",
}


@rule("obsolete-option-synonyms", group="upgrade", severity="info", fix="yes")
def check(survey: Survey) -> Iterator[Finding]:
    """The old options."""
    for name, new in NEW.items():
        setting = survey.main(name)
        if setting is not None and name != new:
            edit = edit_of(setting.line.text, setting.span, new)
            fix = Fix(f"write {new}", (edit,)) if edit else None
            yield Finding(f"{name} is an old name", setting.line.text, setting.span, f"write {new}", fix)
