"""SPF (specification section 58.4)."""

from __future__ import annotations

from exim_lang.expand.options import option
from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(("spf_header_comment", "spf_received", "spf_smtp_comment", "spf_used_domain"), tainted=True)
facts(("spf_result",))
facts(("spf_result_guessed",), b"no")


@variable("spf_guess")
def spf_guess(scope: Scope) -> bytes:
    return option(scope, "spf_guess")
