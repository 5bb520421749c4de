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
from exim_lang.lint.replaced import old_variables
from exim_lang.lint.rule import rule
from exim_lang.lint.survey import Survey

NEW = {
    name: name.replace("tls_", "tls_{}_", 1)
    for name in ("tls_bits", "tls_certificate_verified", "tls_cipher", "tls_peerdn", "tls_sni")
}
"""With a gap for the side, in or out."""


@rule("deprecated-tls-variables", group="upgrade", severity="info", fix="yes", since="4.82")
def check(survey: Survey) -> Iterator[Finding]:
    """The old variables."""
    for use, span, name in old_variables(survey, NEW):
        side = "out" if use.where == "transport" or use.name.startswith("client_") else "in"
        new = NEW[name].format(side)
        edit = use.edit(span, new)
        fix = Fix(f"write ${new}", (edit,), safe=side == "in") if edit else None
        yield use.finding(span, f"${name} is deprecated", help=f"write ${new}", fix=fix)
