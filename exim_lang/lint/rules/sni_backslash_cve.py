"""A client can take over an Exim with TLS before 4.92.2.

CVE-2019-15846: a backslash at the end of the name that the client asks for.

Bad (main, 4.92):

    tls_certificate = /etc/ssl/m.pem

Good (main):

    tls_certificate = /etc/ssl/m.pem
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree


@rule("sni-backslash-cve", group="upgrade", severity="warning", until="4.93")
def check(survey: Survey) -> Iterator[Finding]:
    """`tls_certificate`, where nothing looks at `$tls_in_sni`."""
    use = survey.main_use("tls_certificate")
    if use is not None and not any(node.name in ("tls_in_sni", "tls_sni") for _, node in survey.nodes(tree.Variable)):
        message = "a client can take this Exim over (CVE-2019-15846)"
        yield use.finding(use.whole, message, help="upgrade, or deny names that end with a backslash")
