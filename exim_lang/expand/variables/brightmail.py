"""What Brightmail says of the recipient that is being routed (Exim up to 4.98)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts

facts(("bmi_alt_location", "bmi_base64_tracker_verdict", "bmi_base64_verdict"))
facts(("bmi_deliver",), b"1")
