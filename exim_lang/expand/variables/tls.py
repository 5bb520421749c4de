"""TLS, both ways; the names without a direction are old ones (specification section 11.9 and chapter 43)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts, numbers, texts

texts(
    (
        ("tls_cipher", "connection.tls_in.cipher"),
        ("tls_peerdn", "connection.tls_in.peer_dn"),
        ("tls_sni", "connection.tls_in.sni"),
        ("tls_in_cipher", "connection.tls_in.cipher"),
        ("tls_in_cipher_std", "connection.tls_in.cipher_std"),
        ("tls_in_ourcert", "connection.tls_in.our_certificate"),
        ("tls_in_peercert", "connection.tls_in.peer_certificate"),
        ("tls_in_peerdn", "connection.tls_in.peer_dn"),
        ("tls_in_sni", "connection.tls_in.sni"),
        ("tls_in_ver", "connection.tls_in.version"),
        ("tls_out_cipher", "connection.tls_out.cipher"),
        ("tls_out_cipher_std", "connection.tls_out.cipher_std"),
        ("tls_out_ourcert", "connection.tls_out.our_certificate"),
        ("tls_out_peercert", "connection.tls_out.peer_certificate"),
        ("tls_out_peerdn", "connection.tls_out.peer_dn"),
        ("tls_out_sni", "connection.tls_out.sni"),
        ("tls_out_ver", "connection.tls_out.version"),
    )
)
numbers(
    (
        ("tls_bits", "connection.tls_in.bits"),
        ("tls_certificate_verified", "connection.tls_in.certificate_verified"),
        ("tls_in_bits", "connection.tls_in.bits"),
        ("tls_in_certificate_verified", "connection.tls_in.certificate_verified"),
        ("tls_in_ocsp", "connection.tls_in.ocsp"),
        ("tls_in_resumption", "connection.tls_in.resumption"),
        ("tls_out_bits", "connection.tls_out.bits"),
        ("tls_out_certificate_verified", "connection.tls_out.certificate_verified"),
        ("tls_out_ocsp", "connection.tls_out.ocsp"),
        ("tls_out_resumption", "connection.tls_out.resumption"),
    )
)
facts(("tls_out_dane",), b"no")
facts(("tls_out_tlsa_usage",), b"0")
