"""`$item` and `$value`, and what lookups and programs leave (specification section 11.9)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts, texts

texts((("item", "item"), ("value", "value")))
facts(("ldap_dn", "lookup_dnssec_authenticated"))
facts(("runrc",), b"0")
