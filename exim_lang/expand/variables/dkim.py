"""DKIM, with what holds outside its ACL (specification section 58.3)."""

from __future__ import annotations

from typing import NoReturn

from exim_lang.errors import ExpansionError
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(
    (
        "dkim_algo",
        "dkim_canon_body",
        "dkim_canon_headers",
        "dkim_copiedheaders",
        "dkim_cur_signer",
        "dkim_domain",
        "dkim_headernames",
        "dkim_identity",
        "dkim_key_notes",
        "dkim_selector",
        "dkim_signers",
    ),
    tainted=True,
)
facts(("dkim_verify_reason", "dkim_verify_status"))
facts(("dkim_bodylength", "dkim_expires"), b"9999999999999")
facts(("dkim_created", "dkim_key_length", "dkim_key_nosubdomains", "dkim_key_testing"), b"0")
facts(("dkim_key_granularity", "dkim_key_srvtype"), b"*")


@variable("dkim_verify_signers")
def dkim_verify_signers(scope: Scope) -> NoReturn:
    """Exim lists this name, which is an option's, and then does not know it."""
    raise ExpansionError('unknown variable name "dkim_verify_signers"')
