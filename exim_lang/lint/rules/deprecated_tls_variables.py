"""Variables of TLS that do not say which side is meant.

`$tls_cipher` is `$tls_in_cipher` or `$tls_out_cipher`, and so on.

Bad (exp):

    $tls_cipher

Good (exp):

    $tls_in_cipher
"""

from __future__ import annotations

from collections.abc import Iterator

from exim_lang.lint.finding import Finding, Fix
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey
from exim_lang.syntax import expansion as tree

NAMES = ("tls_bits", "tls_certificate_verified", "tls_cipher", "tls_peerdn", "tls_sni")


@rule("deprecated-tls-variables", group="upgrade", severity="info", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The old variables."""
    for use, node in survey.nodes(tree.Variable):
        if node.name in NAMES:
            side = "out" if use.where == "transport" or use.name.startswith("client_") else "in"
            new = node.name.replace("tls_", f"tls_{side}_", 1)
            edit = use.edit(node.span, f"${{{new}}}" if node.braced else f"${new}")
            fix = Fix(f"write ${new}", (edit,), safe=side == "in") if edit else None
            yield use.finding(node.span, f"${node.name} is deprecated", help=f"write ${new}", fix=fix)
