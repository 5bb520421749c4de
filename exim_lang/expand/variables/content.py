"""What content scanning finds: malware, spam, MIME parts, regular expressions (specification chapter 45)."""

from __future__ import annotations

from exim_lang.expand.registry import variable
from exim_lang.expand.scope import Scope
from exim_lang.expand.variable_table import facts

facts(("av_failed",), b"0")
facts(("dcc_header", "dcc_result", "malware_name", "regex_match_string"), tainted=True)
facts(("spam_action", "spam_bar", "spam_score", "spam_score_int"))
facts(("spam_report",), tainted=True)

facts(
    (
        "mime_boundary",
        "mime_charset",
        "mime_content_description",
        "mime_content_disposition",
        "mime_content_id",
        "mime_content_transfer_encoding",
        "mime_content_type",
        "mime_filename",
    ),
    tainted=True,
)
facts(("mime_anomaly_text", "mime_decoded_filename"))
facts(
    ("mime_anomaly_level", "mime_content_size", "mime_is_coverletter", "mime_is_multipart", "mime_is_rfc822"),
    b"0",
)
facts(("mime_part_count",), b"-1")


@variable("regex_cachesize")
def regex_cachesize(scope: Scope) -> bytes:
    """Exim counts the regular expressions it keeps; what is kept here is not kept by the process it pretends to be."""
    return scope.process.facts.get("regex_cachesize", b"0")
