"""Which variables come from outside, and from which command on (specification chapter 11.9, measured in every ACL)."""

from __future__ import annotations

import re
from typing import Final


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDER: Final = ("connect", "helo", "mail", "rcpt", "data", "delivery")
"""The stages of a message; what is known at one is known at those behind it."""

STAGES: Final = {
    "ATRN": "helo",
    "AUTH": "mail",
    "CONNECT": "connect",
    "DATA": "data",
    "DKIM": "data",
    "ETRN": "helo",
    "EXPN": "rcpt",
    "HELO": "helo",
    "MAIL": "mail",
    "MAILAUTH": "mail",
    "MIME": "data",
    "NOTQUIT": "data",
    "NOTSMTP": "data",
    "NOTSMTP_START": "mail",
    "PRDR": "data",
    "PREDATA": "data",
    "QUIT": "data",
    "RCPT": "rcpt",
    "STARTTLS": "helo",
    "VRFY": "rcpt",
    "WELLKNOWN": "data",
}
"""The stage of each phase of ACLs."""

ANYWHERE: Final = frozenset(ORDER)

_SINCE: Final = {
    "connect": """
        dnslist_matched dnslist_text sender_fullhost sender_host_name sender_rcvhost tls_in_peerdn tls_in_sni
        tls_peerdn tls_sni proxy_external_address tls_out_peerdn event_data""",
    "helo": "sender_helo_name smtp_command smtp_command_argument",
    "mail": """
        authenticated_fail_id authenticated_id authenticated_sender return_path sender_address sender_address_domain
        sender_address_local_part spf_header_comment spf_received spf_smtp_comment spf_used_domain""",
    "rcpt": "prvscheck_address prvscheck_keynum srs_recipient",
    "data": """
        arc_domains arc_state_reason dcc_header dcc_result dk_domain dk_selector dk_sender dk_sender_domain dk_sender_local_part
        dkim_algo dkim_canon_body dkim_canon_headers dkim_copiedheaders dkim_cur_signer dkim_headernames dkim_identity
        dkim_key_granularity dkim_key_notes dkim_key_srvtype dkim_selector dkim_signers dmarc_ar_header dmarc_used_domain
        message_body message_body_end message_headers message_headers_raw mime_boundary mime_charset mime_content_description
        mime_content_disposition mime_content_id mime_content_transfer_encoding mime_content_type mime_decoded_filename
        mime_filename received_for recipients recipients_list reply_address""",
}

SINCE: Final = {name: ORDER.index(stage) for stage, names in _SINCE.items() for name in names.split()}
"""From which stage on a variable holds something tainted."""

ADDRESS: Final = _names("""
    domain local_part original_domain original_local_part parent_domain parent_local_part local_part_prefix_v
    local_part_suffix_v bounce_recipient
""")
"""The variables of a recipient: there in the ACL of RCPT and while it is delivered, empty between."""

TRUSTED_BY_EXIM: Final = frozenset(["malware_name", "regex_match_string", "sender_ident", "spam_report"])
"""What comes from outside, or from a program that was shown it, and Exim takes for its own."""

CONTEXT: Final = frozenset(
    ["domain_data", "local_part_data", "local_part_prefix", "local_part_suffix", "home", "host", "dkim_domain"]
    + ["address_data", "sender_address_data"]
    + [f"acl_arg{number}" for number in range(1, 10)]
    + [f"auth{number}" for number in range(1, 10)]
    + [str(number) for number in range(10)]
)
"""Variables of which only the place tells whether they are tainted."""

STORED: Final = re.compile(r"acl_[cm]_?\w*|r_\w+")
"""Variables that hold what the configuration put into them."""

WORDS: Final = {
    "domain": "the domain of the recipient",
    "local_part": "the local part of the recipient",
    "sender_address": "the address of the sender",
    "sender_helo_name": "the argument of EHLO",
    "sender_host_name": "the name that the DNS gives for the client's address",
    "tls_in_sni": "the server name that the client asks for",
}
"""What some variables are, for people."""


def stages_of(phases: frozenset[str]) -> frozenset[str]:
    """The stages of phases of ACLs; all of them when nobody knows when the ACL runs."""
    return frozenset(STAGES[phase] for phase in phases if phase in STAGES) or ANYWHERE


def is_source(name: str, stages: frozenset[str]) -> bool:
    """Whether a variable holds something tainted at any of these stages."""
    if name in ADDRESS:
        return bool(stages & {"rcpt", "delivery"})
    since = SINCE.get(name)
    return since is not None and any(ORDER.index(stage) >= since for stage in stages)

