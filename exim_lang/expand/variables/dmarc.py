"""DMARC and ARC (specification sections 58.6 and 58.7)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts

facts(("dmarc_alignment_dkim", "dmarc_alignment_spf", "dmarc_domain_policy", "dmarc_status", "dmarc_status_text"))
facts(("dmarc_ar_header", "dmarc_used_domain"), tainted=True)
facts(("arc_domains", "arc_state_reason"), tainted=True)
facts(("arc_state",))
facts(("arc_oldest_pass",), b"0")
