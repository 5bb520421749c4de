"""DomainKeys, which Exim had from 4.51 to 4.69 (experimental specification of 2008, section 1.2)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts

facts(("dk_domain", "dk_selector", "dk_sender", "dk_sender_domain", "dk_sender_local_part"), tainted=True)
facts(("dk_is_signed", "dk_result", "dk_sender_source", "dk_signsall", "dk_status", "dk_testing"))
