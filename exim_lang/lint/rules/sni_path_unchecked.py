"""The file of a certificate is named by what the client asks for.

OpenSSL opens `tls_certificate` without asking Exim whether the name is tainted: `../` in the server name leads out of the
folder, and the answer tells which files there are.

Bad (main):

    tls_certificate = /etc/ssl/$tls_in_sni.pem

Good (main):

    tls_certificate = ${lookup{$tls_in_sni}lsearch{/etc/exim4/certs}{$value}{/etc/ssl/default.pem}}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from exim_lang.lint.finding import Finding
from exim_lang.lint.flow.report import culprits, way
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

_FILES: Final = ("tls_certificate", "tls_privatekey", "tls_ocsp_file", "tls_dhparam", "tls_crl", "tls_verify_certificates")


@rule("sni-path-unchecked", group="taint", severity="warning")
def check(survey: Survey) -> Iterator[Finding]:
    """Tainted parts of the names of files for TLS."""
    flow = survey.flow
    for use in (*survey.of("main", *_FILES), *survey.of("transport", *_FILES)):
        for part, value in culprits(flow, use, use.tree.parts):
            if value.source == "the DNS":
                continue
            message = f"{value.source} names a file, and nothing checks it"
            help = "take the name from a file: ${lookup{$tls_in_sni}lsearch{FILE}{$value}{DEFAULT}}"
            yield use.finding(part.span, message, help=help, flow=way(value))
