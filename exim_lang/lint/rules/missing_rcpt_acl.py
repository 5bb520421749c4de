"""There is no ACL for RCPT, so that every recipient is refused.

Without `acl_smtp_rcpt` Exim takes no mail over SMTP.

Bad (full):

    primary_hostname = mx.example.org
    begin acl
    begin routers
    begin transports

Good (main):

    acl_smtp_rcpt = acl_check_rcpt
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.source.text import Span


@rule("missing-rcpt-acl", group="security", severity="error")
def check(survey: Survey) -> Iterator[Finding]:
    """Configurations without the option that do not only send."""
    config = survey.config
    if survey.main("acl_smtp_rcpt") is None and (config.lines or config.main):
        queue_only = config.main.get("local_interfaces")
        if queue_only is not None and not queue_only.text.string.strip():
            return
        first = next((line for line in config.lines if not line.macro), None)
        if first is not None:
            message = "acl_smtp_rcpt is not set: every recipient over SMTP is refused"
            yield Finding(message, first.text, Span(0, len(first.text)), "set acl_smtp_rcpt")
