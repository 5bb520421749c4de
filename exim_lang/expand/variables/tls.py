"""TLS, both ways; the names without a direction are old ones (specification section 11.9 and chapter 43)."""

from __future__ import annotations

from exim_lang.expand.variable_table import facts, numbers, texts

for direction in ("in", "out"):
    texts(
        (
            (f"tls_{direction}_cipher", f"connection.tls_{direction}.cipher"),
            (f"tls_{direction}_cipher_std", f"connection.tls_{direction}.cipher_std"),
            (f"tls_{direction}_ourcert", f"connection.tls_{direction}.our_certificate"),
            (f"tls_{direction}_peercert", f"connection.tls_{direction}.peer_certificate"),
            (f"tls_{direction}_peerdn", f"connection.tls_{direction}.peer_dn"),
            (f"tls_{direction}_sni", f"connection.tls_{direction}.sni"),
            (f"tls_{direction}_ver", f"connection.tls_{direction}.version"),
        )
    )
    numbers(
        (
            (f"tls_{direction}_bits", f"connection.tls_{direction}.bits"),
            (f"tls_{direction}_certificate_verified", f"connection.tls_{direction}.certificate_verified"),
            (f"tls_{direction}_ocsp", f"connection.tls_{direction}.ocsp"),
            (f"tls_{direction}_resumption", f"connection.tls_{direction}.resumption"),
        )
    )

texts(
    (
        ("tls_cipher", "connection.tls_in.cipher"),
        ("tls_peerdn", "connection.tls_in.peer_dn"),
        ("tls_sni", "connection.tls_in.sni"),
    )
)
numbers(
    (
        ("tls_bits", "connection.tls_in.bits"),
        ("tls_certificate_verified", "connection.tls_in.certificate_verified"),
    )
)
facts(("tls_out_dane",), b"no")
facts(("tls_out_tlsa_usage",), b"0")
